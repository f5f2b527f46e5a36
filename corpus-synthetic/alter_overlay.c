/* SPDX-License-Identifier: Apache-2.0 */
/* What people put on or around a picture. */
#include "alter.h"
#include "draw.h"
#include "text.h"

static int text_width(const char *text, int scale)
{
    int width = 0;
    for (; *text; text++) {
        width += KI_GLYPH_WIDTH * scale;
    }
    return width;
}

enum ki_status ki_alter_watermark(const struct ki_canvas *from, int amount,
                                  struct ki_prng *prng, struct ki_canvas *to)
{
    enum ki_status status = ki_canvas_copy(from, to);
    if (status != KI_OK) {
        return status;
    }
    char word[10];
    (void)ki_text_word(prng, word);
    struct ki_text_style style = {1 + (int)to->width / 400,
                                  ki_color_make(255, 255, 255), amount};
    int x = (int)to->width - text_width(word, style.scale) - 8;
    int y = (int)to->height - KI_GLYPH_HEIGHT * style.scale - 8;
    ki_text_draw(to, x, y, word, style);
    return KI_OK;
}

enum ki_status ki_alter_caption(const struct ki_canvas *from, int amount,
                                struct ki_prng *prng, struct ki_canvas *to)
{
    int bar = (int)from->height * amount / 100 + 1;
    enum ki_status status =
        ki_canvas_create(from->width, from->height + (uint32_t)bar, to);
    if (status != KI_OK) {
        return status;
    }
    ki_draw_fill(to, ki_color_make(255, 255, 255));
    ki_draw_paste(to, 0, 0, from);
    struct ki_text_style style = {1 + bar / 24, ki_color_make(0, 0, 0), KI_OPAQUE};
    int y = (int)from->height + (bar - 7 * style.scale) / 2;
    int x = 12;
    for (int i = 0; i < 6; i++) {
        char word[10];
        int length = ki_text_word(prng, word) + 1;
        ki_text_draw(to, x, y, word, style);
        x += length * KI_GLYPH_WIDTH * style.scale;
    }
    return KI_OK;
}

enum ki_status ki_alter_border(const struct ki_canvas *from, int amount,
                               struct ki_prng *prng, struct ki_canvas *to)
{
    (void)prng;
    uint32_t longer = from->width > from->height ? from->width : from->height;
    uint32_t edge = longer * (uint32_t)amount / 100 + 1;
    enum ki_status status =
        ki_canvas_create(from->width + 2 * edge, from->height + 2 * edge, to);
    if (status == KI_OK) {
        ki_draw_paste(to, (int)edge, (int)edge, from);
    }
    return status;
}
