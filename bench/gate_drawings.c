/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "bench/gate.h"
#include "common/message.h"
#include "draw.h"
#include "hash/gate.h"
#include "low.h"

static void draw_gradient_diagonal(struct ki_canvas *canvas, struct ki_prng *prng)
{
    int fx = ki_prng_range(prng, 1, 9);
    int fy = ki_prng_range(prng, 1, 9);
    struct ki_color a = ki_color_random(prng, 0, 60);
    struct ki_color b = ki_color_random(prng, 200, 255);
    int64_t all = (int64_t)fx * canvas->width + (int64_t)fy * canvas->height;
    for (int y = 0; y < (int)canvas->height; y++) {
        for (int x = 0; x < (int)canvas->width; x++) {
            int part = (int)(((int64_t)fx * x + (int64_t)fy * y) * 256 / all);
            ki_draw_rect(canvas, (struct ki_rect){x, y, 1, 1}, ki_color_mix(a, b, part),
                         KI_OPAQUE);
        }
    }
}

static void draw_gradient_radial(struct ki_canvas *canvas, struct ki_prng *prng)
{
    int width = (int)canvas->width;
    int height = (int)canvas->height;
    ki_draw_fill(canvas, ki_color_random(prng, 0, 60));
    struct ki_ellipse ellipse = {width / 2, height / 2, width, height};
    ki_draw_ellipse(canvas, ellipse, ki_color_random(prng, 200, 255), KI_OPAQUE, 256);
}

static void draw_stripes_diagonal(struct ki_canvas *canvas, struct ki_prng *prng)
{
    int fx = ki_prng_range(prng, 10, 60);
    int fy = ki_prng_range(prng, 10, 60);
    int step = ki_prng_range(prng, 20, 90) * (fx > fy ? fx : fy);
    int phase = ki_prng_range(prng, 0, 2 * step);
    ki_draw_fill(canvas, ki_color_random(prng, 0, 60));
    struct ki_color bright = ki_color_random(prng, 200, 255);
    for (int y = 0; y < (int)canvas->height; y++) {
        for (int x = 0; x < (int)canvas->width; x++) {
            if ((fx * x + fy * y + phase) / step % 2) {
                ki_draw_rect(canvas, (struct ki_rect){x, y, 1, 1}, bright, KI_OPAQUE);
            }
        }
    }
}

static void draw_frames(struct ki_canvas *canvas, struct ki_prng *prng)
{
    int nframes = ki_prng_range(prng, 1, 3);
    struct ki_rect rect = {0, 0, (int)canvas->width, (int)canvas->height};
    ki_draw_fill(canvas, ki_color_random(prng, 0, 255));
    for (int i = 0; i < nframes; i++) {
        int thickness = ki_prng_range(prng, 4, 40);
        int inset = thickness + ki_prng_range(prng, 0, 30);
        ki_draw_frame(canvas, rect, thickness, ki_color_random(prng, 0, 255));
        rect = (struct ki_rect){rect.x + inset, rect.y + inset, rect.width - 2 * inset,
                                rect.height - 2 * inset};
    }
}

static struct ki_ellipse random_ellipse(const struct ki_canvas *canvas,
                                        struct ki_prng *prng, int least, int most)
{
    struct ki_ellipse ellipse;
    ellipse.x = ki_prng_range(prng, 0, (int)canvas->width);
    ellipse.y = ki_prng_range(prng, 0, (int)canvas->height);
    ellipse.rx = ki_prng_range(prng, least, most);
    ellipse.ry = ki_prng_range(prng, least, most);
    return ellipse;
}

static void draw_blobs(struct ki_canvas *canvas, struct ki_prng *prng)
{
    int nblobs = ki_prng_range(prng, 1, 3);
    ki_draw_fill(canvas, ki_color_random(prng, 0, 255));
    for (int i = 0; i < nblobs; i++) {
        struct ki_ellipse ellipse = random_ellipse(canvas, prng, 60, 300);
        ki_draw_ellipse(canvas, ellipse, ki_color_random(prng, 0, 255), KI_OPAQUE, 256);
    }
}

/* Something of a few parts in the middle, as in a catalogue. */
static void draw_object(struct ki_canvas *canvas, struct ki_prng *prng)
{
    int nparts = ki_prng_range(prng, 1, 4);
    int width = (int)canvas->width;
    int height = (int)canvas->height;
    ki_draw_fill(canvas, ki_color_make(255, 255, 255));
    for (int i = 0; i < nparts; i++) {
        struct ki_rect rect;
        rect.width = ki_prng_range(prng, width / 8, width / 2);
        rect.height = ki_prng_range(prng, height / 8, height / 2);
        rect.x = width / 2 - rect.width / 2 + ki_prng_range(prng, -60, 60);
        rect.y = height / 2 - rect.height / 2 + ki_prng_range(prng, -60, 60);
        struct ki_ellipse ellipse = {rect.x + rect.width / 2, rect.y + rect.height / 2,
                                     rect.width / 2, rect.height / 2};
        struct ki_color color = ki_color_random(prng, 0, 200);
        if (ki_prng_below(prng, 2)) {
            ki_draw_rect(canvas, rect, color, KI_OPAQUE);
        } else {
            ki_draw_ellipse(canvas, ellipse, color, KI_OPAQUE, 10);
        }
    }
}

/* A head and shoulders. */
static void draw_silhouette(struct ki_canvas *canvas, struct ki_prng *prng)
{
    int width = (int)canvas->width;
    int height = (int)canvas->height;
    struct ki_ellipse head;
    ki_draw_fill(canvas, ki_color_random(prng, 190, 255));
    struct ki_color dark = ki_color_random(prng, 0, 70);
    head.x = width / 2 + ki_prng_range(prng, -width / 10, width / 10);
    head.y = height * ki_prng_range(prng, 30, 45) / 100;
    head.rx = width * ki_prng_range(prng, 10, 18) / 100;
    head.ry = head.rx * ki_prng_range(prng, 110, 140) / 100;
    struct ki_ellipse body = {head.x, height, 0, 0};
    body.rx = width * ki_prng_range(prng, 25, 40) / 100;
    body.ry = height - head.y - head.ry + ki_prng_range(prng, 0, height / 10);
    body.ry = body.ry < 1 ? 1 : body.ry;
    ki_draw_ellipse(canvas, body, dark, KI_OPAQUE, 4);
    ki_draw_ellipse(canvas, head, dark, KI_OPAQUE, 4);
}

static const struct gate_class own[] = {
    {"gradient-diagonal", draw_gradient_diagonal, 400, 300, true},
    {"gradient-radial", draw_gradient_radial, 400, 300, true},
    {"stripes-diagonal", draw_stripes_diagonal, 384, 384, true},
    {"frames", draw_frames, 512, 384, false},
    {"blobs", draw_blobs, 512, 384, false},
    {"object-on-white", draw_object, 512, 384, false},
    {"silhouette", draw_silhouette, 384, 512, false},
};

static bool says_little(const struct ki_low *low)
{
    return low->width >= KI_PDQ_MIN_SIDE && low->height >= KI_PDQ_MIN_SIDE;
}

/* Those of the corpus first, as they are drawn: without its choice of those that are
 * caught. */
bool gate_class_at(size_t i, struct gate_class *out)
{
    for (size_t k = 0; ki_low_at(k); k++) {
        const struct ki_low *low = ki_low_at(k);
        if (says_little(low) && i-- == 0) {
            *out = (struct gate_class){low->name, low->draw, low->width, low->height,
                                       true};
            return true;
        }
    }
    if (i >= sizeof own / sizeof *own) {
        return false;
    }
    *out = own[i];
    return true;
}

static bool make_drawing(const struct gate_class *class, uint64_t seed,
                         struct gate_drawing *out)
{
    struct ki_canvas canvas;
    struct ki_canvas_hashes hashes;
    struct ki_prng prng;
    if (ki_canvas_create(class->width, class->height, &canvas) != KI_OK) {
        return false;
    }
    ki_prng_seed(&prng, seed, 0);
    class->draw(&canvas, &prng);
    bool is_good = ki_canvas_hash(&canvas, &hashes) == KI_OK;
    ki_canvas_destroy(&canvas);
    out->pdq = hashes.hashes[0];
    out->quality = (uint8_t)hashes.quality;
    out->is_refused = is_good && ki_pdq_is_meaningless(&out->pdq);
    out->is_quarantined = is_good && !out->is_refused && ki_pdq_doubts(&out->pdq) != 0;
    return is_good;
}

static void mark_near(struct gate_drawing *drawings, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = i + 1; k < n; k++) {
            if (ki_pdq_distance(&drawings[i].pdq, &drawings[k].pdq) <=
                KI_RADIUS_DEFAULT) {
                drawings[i].is_near = true;
                drawings[k].is_near = true;
            }
        }
    }
}

struct gate_drawing *gate_drawings_make(uint32_t nevery, uint64_t seed, size_t *n)
{
    struct gate_class class;
    struct gate_drawing *drawings =
        calloc((size_t)nevery * GATE_MOST_CLASSES, sizeof *drawings);
    bool is_good = drawings != NULL;
    *n = 0;
    for (size_t i = 0; is_good && gate_class_at(i, &class); i++) {
        for (uint32_t k = 0; is_good && k < nevery; k++) {
            struct gate_drawing *drawing = &drawings[(*n)++];
            is_good = make_drawing(&class, ki_prng_derive(seed, i << 32 | k), drawing);
            drawing->iclass = (uint8_t)i;
        }
    }
    if (!is_good) {
        message("drawings could not be made");
        free(drawings);
        return NULL;
    }
    mark_near(drawings, *n);
    return drawings;
}
