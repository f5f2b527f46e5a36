/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drawing on a canvas. Coordinates are pixels and may lie outside, where nothing is
 * drawn. opacity is 0 … 256.
 */
#ifndef KI_CORPUS_DRAW_H
#define KI_CORPUS_DRAW_H

#include "canvas.h"
#include "noise.h"
#include "prng.h"

enum { KI_OPAQUE = 256 };

struct ki_rect {
    int x;
    int y;
    int width;
    int height;
};

struct ki_ellipse {
    int x; /* of the centre */
    int y;
    int rx; /* radii, at least 1 */
    int ry;
};

struct ki_color ki_color_make(int r, int g, int b); /* clamped */

/* Each channel low … high. */
struct ki_color ki_color_random(struct ki_prng *prng, int low, int high);

/* part 0 … 256 of the way from a to b. */
struct ki_color ki_color_mix(struct ki_color a, struct ki_color b, int part);

void ki_draw_fill(struct ki_canvas *canvas, struct ki_color color);
void ki_draw_rect(struct ki_canvas *canvas, struct ki_rect rect, struct ki_color color,
                  int opacity);
void ki_draw_frame(struct ki_canvas *canvas, struct ki_rect rect, int thickness,
                   struct ki_color color);

/* softness 0 … 256: the share of the radius over which the edge fades. */
void ki_draw_ellipse(struct ki_canvas *canvas, struct ki_ellipse ellipse,
                     struct ki_color color, int opacity, int softness);

/* Corners as x, y pairs, in any order. */
void ki_draw_triangle(struct ki_canvas *canvas, const int corners[6],
                      struct ki_color color, int opacity);

/* Maps noise of the canvas's size to a gradient over three colours. */
void ki_draw_noise_map(struct ki_canvas *canvas, const struct ki_noise *noise,
                       const struct ki_color colors[3]);

/* Adds noise − ½ to all channels, strength grey levels from one end to the other. */
void ki_draw_noise_add(struct ki_canvas *canvas, const struct ki_noise *noise,
                       int strength);

/* Copies a picture to (x, y). */
void ki_draw_paste(struct ki_canvas *canvas, int x, int y,
                   const struct ki_canvas *picture);

#endif
