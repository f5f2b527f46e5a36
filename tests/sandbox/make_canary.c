/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes pictures that carry two needles: one in the file as it is stored, one in its
 * decoded rows only. Writes them to FOLDER and the needles, in hex, to NEEDLES.
 * usage: make_canary FOLDER NEEDLES
 */
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NEEDLE_NBYTES = 24, SIDE = 240 };

static void make_needle(unsigned char needle[NEEDLE_NBYTES], unsigned state)
{
    for (int i = 0; i < NEEDLE_NBYTES; i++) {
        state = state * 1103515245u + 12345u;
        needle[i] = (unsigned char)('!' + (state >> 16) % 90);
    }
}

static void write_png(FILE *file, const unsigned char stored[NEEDLE_NBYTES],
                      const unsigned char decoded[NEEDLE_NBYTES], int interlace)
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    if (!png || !info || setjmp(png_jmpbuf(png))) {
        abort();
    }
    char text[NEEDLE_NBYTES + 1] = "";
    char key[] = "Comment";
    memcpy(text, stored, NEEDLE_NBYTES);
    png_text comment = {
        .compression = PNG_TEXT_COMPRESSION_NONE, .key = key, .text = text};
    png_init_io(png, file);
    png_set_IHDR(png, info, SIDE, SIDE, 8, PNG_COLOR_TYPE_GRAY, interlace,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_filter(png, 0, PNG_FILTER_SUB);
    png_set_text(png, info, &comment, 1);
    png_write_info(png, info);
    int npasses = png_set_interlace_handling(png);
    for (int pass = 0; pass < npasses; pass++) {
        for (int y = 0; y < SIDE; y++) {
            unsigned char row[SIDE];
            for (int x = 0; x < SIDE; x++) {
                row[x] = decoded[(x + 5 * (y / 16)) % NEEDLE_NBYTES];
            }
            png_write_row(png, row);
        }
    }
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
}

static void make(const char *folder, const char *name, int interlace,
                 const unsigned char stored[NEEDLE_NBYTES],
                 const unsigned char decoded[NEEDLE_NBYTES])
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (!file) {
        abort();
    }
    write_png(file, stored, decoded, interlace);
    if (fclose(file) != 0) {
        abort();
    }
}

static void put_needle(FILE *out, const unsigned char needle[NEEDLE_NBYTES])
{
    for (int i = 0; i < NEEDLE_NBYTES; i++) {
        (void)fprintf(out, "%02x", needle[i]);
    }
    (void)fputc('\n', out);
}

int main(int argc, char **argv)
{
    unsigned char stored[NEEDLE_NBYTES];
    unsigned char decoded[NEEDLE_NBYTES];
    if (argc != 3) {
        return 1;
    }
    make_needle(stored, 4711);
    make_needle(decoded, 1147);
    make(argv[1], "canary.png", PNG_INTERLACE_NONE, stored, decoded);
    make(argv[1], "canary-interlaced.png", PNG_INTERLACE_ADAM7, stored, decoded);
    FILE *out = fopen(argv[2], "w");
    if (!out) {
        return 1;
    }
    put_needle(out, stored);
    put_needle(out, decoded);
    return fclose(out) == 0 ? 0 : 1;
}
