/* SPDX-License-Identifier: Apache-2.0 */
/* Text in a 5×7 bitmap font: A–Z, 0–9, space, full stop and hyphen. */
#ifndef KI_CORPUS_TEXT_H
#define KI_CORPUS_TEXT_H

#include "draw.h"

enum { KI_GLYPH_WIDTH = 6, KI_GLYPH_HEIGHT = 9 }; /* with the gap to the next */

struct ki_text_style {
    int scale; /* pixels per dot, at least 1 */
    struct ki_color color;
    int opacity;
};

/* Lower case is drawn as upper case, unknown characters as a box. */
void ki_text_draw(struct ki_canvas *canvas, int x, int y, const char *text,
                  struct ki_text_style style);

/* Fills the rectangle with paragraphs of made-up words. */
void ki_text_fill(struct ki_canvas *canvas, struct ki_rect rect,
                  struct ki_text_style style, struct ki_prng *prng);

/* One made-up word of 2 … 9 letters and a terminator; returns its length. */
int ki_text_word(struct ki_prng *prng, char word[10]);

#endif
