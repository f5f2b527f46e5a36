/* SPDX-License-Identifier: Apache-2.0 */
/* A printed page, photographed under uneven light: title, columns, a picture. */
#include "synth.h"
#include "text.h"

struct page {
    int margin;
    int scale; /* of the body text */
    struct ki_rect body;
    struct ki_color ink;
};

static void draw_title(struct ki_canvas *canvas, struct page *page,
                       struct ki_prng *prng)
{
    char word[10];
    struct ki_text_style style = {3 * page->scale, page->ink, KI_OPAQUE};
    int x = page->margin;
    for (int i = ki_prng_range(prng, 1, 3); i > 0; i--) {
        int length = ki_text_word(prng, word) + 1;
        ki_text_draw(canvas, x, page->margin, word, style);
        x += length * KI_GLYPH_WIDTH * style.scale;
    }
    int used = KI_GLYPH_HEIGHT * style.scale;
    page->body.y += used;
    page->body.height -= used;
}

static void draw_columns(struct ki_canvas *canvas, const struct page *page,
                         struct ki_prng *prng)
{
    struct ki_text_style style = {page->scale, page->ink, KI_OPAQUE};
    int ncolumns = ki_prng_range(prng, 1, 3);
    int width = page->body.width / ncolumns;
    for (int i = 0; i < ncolumns; i++) {
        struct ki_rect column = {page->body.x + i * width, page->body.y,
                                 width - page->margin / 2, page->body.height};
        ki_text_fill(canvas, column, style, prng);
    }
}

static enum ki_status draw_pictures(struct ki_canvas *canvas, const struct page *page,
                                    struct ki_prng *prng)
{
    enum ki_status status = KI_OK;
    if (page->body.width < 1 || page->body.height < 1) {
        return KI_OK; /* margins are all that a tiny page has */
    }
    for (int i = ki_prng_range(prng, 1, 2); i > 0 && status == KI_OK; i--) {
        int width = page->body.width * ki_prng_range(prng, 40, 75) / 100;
        int height = page->body.height * ki_prng_range(prng, 30, 55) / 100;
        int x = page->body.x + ki_prng_range(prng, 0, page->body.width - width);
        int y = page->body.y + ki_prng_range(prng, 0, page->body.height - height);
        struct ki_rect rect = {x, y, width, height};
        status = ki_synth_inset(canvas, rect, prng);
        ki_draw_frame(canvas, rect, 2, page->ink);
    }
    return status;
}

enum ki_status ki_synth_page(struct ki_canvas *canvas, struct ki_prng *prng)
{
    int width = (int)canvas->width;
    int height = (int)canvas->height;
    int margin = (width < height ? width : height) / 16;
    struct page page = {
        .margin = margin,
        .scale = 1 + (width + height) / 1600,
        .body = {margin, margin, width - 2 * margin, height - 2 * margin},
        .ink = ki_color_random(prng, 0, 60),
    };
    int paper = ki_prng_range(prng, 190, 250);
    int warmth = ki_prng_range(prng, 0, 12);
    ki_draw_fill(canvas, ki_color_make(paper, paper - warmth, paper - 3 * warmth));
    draw_title(canvas, &page, prng);
    draw_columns(canvas, &page, prng);
    enum ki_status status = draw_pictures(canvas, &page, prng);
    if (status != KI_OK) {
        return status;
    }
    struct ki_noise_shape light = {2, 4, 150};
    return ki_synth_texture(canvas, &light, ki_prng_range(prng, 60, 110), prng);
}
