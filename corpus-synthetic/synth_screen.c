/* SPDX-License-Identifier: Apache-2.0 */
/* A screenshot: wallpaper, overlapping windows with side bar, text and thumbnails. */
#include "synth.h"
#include "text.h"

struct theme {
    int bar; /* height of a title bar */
    struct ki_color background;
    struct ki_color ink;
    struct ki_color accent;
};

static struct theme random_theme(const struct ki_canvas *canvas, struct ki_prng *prng)
{
    bool is_dark = ki_prng_below(prng, 2) == 0;
    struct theme theme = {.bar = (int)(canvas->width + canvas->height) / 70 + 10};
    theme.background =
        is_dark ? ki_color_random(prng, 20, 60) : ki_color_random(prng, 225, 255);
    theme.ink =
        is_dark ? ki_color_random(prng, 200, 255) : ki_color_random(prng, 0, 50);
    theme.accent = ki_color_random(prng, 30, 220);
    return theme;
}

static void draw_window(struct ki_canvas *canvas, struct ki_rect rect,
                        const struct theme *theme, struct ki_prng *prng)
{
    char word[10];
    struct ki_rect bar = {rect.x, rect.y, rect.width, theme->bar};
    int side_width = rect.width * ki_prng_range(prng, 15, 30) / 100;
    struct ki_rect side = {rect.x, rect.y + theme->bar, side_width,
                           rect.height - theme->bar};
    struct ki_rect text = {side.x + side_width + 8, side.y + 8,
                           rect.width - side_width - 16, side.height - 16};
    struct ki_text_style style = {1, theme->ink, KI_OPAQUE};
    ki_draw_rect(canvas, rect, theme->background, KI_OPAQUE);
    ki_draw_rect(canvas, bar, theme->accent, KI_OPAQUE);
    ki_draw_rect(canvas, side, theme->accent, 70);
    (void)ki_text_word(prng, word);
    ki_text_draw(canvas, bar.x + 8, bar.y + (theme->bar - 7) / 2, word, style);
    for (int i = 0; i < 3; i++) {
        struct ki_ellipse button = {bar.x + bar.width - (i + 1) * theme->bar / 2,
                                    bar.y + theme->bar / 2, theme->bar / 6 + 1,
                                    theme->bar / 6 + 1};
        ki_draw_ellipse(canvas, button, theme->ink, KI_OPAQUE, 40);
    }
    ki_text_fill(canvas, side, style, prng);
    ki_text_fill(canvas, text, style, prng);
    ki_draw_frame(canvas, rect, 1, theme->ink);
}

static struct ki_rect random_rect(const struct ki_canvas *canvas, int low, int high,
                                  struct ki_prng *prng)
{
    int width = (int)canvas->width * ki_prng_range(prng, low, high) / 100;
    int height = (int)canvas->height * ki_prng_range(prng, low, high) / 100;
    int x = ki_prng_range(prng, 0, (int)canvas->width - width);
    int y = ki_prng_range(prng, 0, (int)canvas->height - height);
    return (struct ki_rect){x, y, width, height};
}

enum ki_status ki_synth_screen(struct ki_canvas *canvas, struct ki_prng *prng)
{
    enum ki_status status = ki_synth_clouds(canvas, prng);
    struct theme theme = random_theme(canvas, prng);
    int nwindows = ki_prng_range(prng, 2, 3);
    for (int i = 0; i < nwindows && status == KI_OK; i++) {
        draw_window(canvas, random_rect(canvas, 35, 65, prng), &theme, prng);
        status = ki_synth_inset(canvas, random_rect(canvas, 20, 45, prng), prng);
    }
    struct ki_rect taskbar = {0, (int)canvas->height - theme.bar, (int)canvas->width,
                              theme.bar};
    ki_draw_rect(canvas, taskbar, theme.accent, 230);
    return status;
}
