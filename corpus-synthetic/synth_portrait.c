/* SPDX-License-Identifier: Apache-2.0 */
/* A head and shoulders before a blurred background, lit from one side. */
#include "synth.h"

struct pose {
    int x; /* centre of the head */
    int y;
    int rx; /* half the width of the head */
    int ry;
    int tilt; /* sideways offset of chin against forehead, pixels */
};

static struct pose random_pose(const struct ki_canvas *canvas, struct ki_prng *prng)
{
    int width = (int)canvas->width;
    int height = (int)canvas->height;
    int shorter = width < height ? width : height;
    struct pose pose;
    pose.x = width * ki_prng_range(prng, 25, 75) / 100;
    pose.y = height * ki_prng_range(prng, 32, 48) / 100;
    pose.rx = shorter * ki_prng_range(prng, 13, 21) / 100 + 1;
    pose.ry = pose.rx * ki_prng_range(prng, 120, 145) / 100;
    pose.tilt = pose.rx * ki_prng_range(prng, -30, 30) / 100;
    return pose;
}

/* An ellipse placed relative to the head, in hundredths of its radii. */
static struct ki_ellipse part(const struct pose *pose, int dx, int dy, int rx, int ry)
{
    struct ki_ellipse ellipse = {
        .x = pose->x + pose->rx * dx / 100 + pose->tilt * dy / 100,
        .y = pose->y + pose->ry * dy / 100,
        .rx = pose->rx * rx / 100 + 1,
        .ry = pose->ry * ry / 100 + 1,
    };
    return ellipse;
}

static void draw_body(struct ki_canvas *canvas, const struct pose *pose,
                      struct ki_color skin, struct ki_prng *prng)
{
    struct ki_color cloth = ki_color_random(prng, 10, 220);
    int shift = ki_prng_range(prng, -50, 50);
    ki_draw_ellipse(canvas, part(pose, shift, 260, ki_prng_range(prng, 200, 270), 150),
                    cloth, KI_OPAQUE, 12);
    ki_draw_ellipse(canvas, part(pose, shift - 100, 250, 60, 110),
                    ki_color_mix(cloth, ki_color_make(0, 0, 0), 110), 180, 200);
    ki_draw_ellipse(canvas, part(pose, 0, 95, 48, 50),
                    ki_color_mix(skin, ki_color_make(40, 20, 10), 70), KI_OPAQUE, 20);
}

static void draw_face(struct ki_canvas *canvas, const struct pose *pose,
                      struct ki_color skin, int light)
{
    struct ki_color dark = ki_color_mix(skin, ki_color_make(20, 5, 0), 150);
    struct ki_color bright = ki_color_mix(skin, ki_color_make(255, 250, 240), 120);
    struct ki_color black = ki_color_make(20, 15, 15);
    ki_draw_ellipse(canvas, part(pose, 0, 0, 100, 100), skin, KI_OPAQUE, 15);
    ki_draw_ellipse(canvas, part(pose, -light, 10, 70, 85), dark, 170, 220);
    ki_draw_ellipse(canvas, part(pose, light, -15, 60, 70), bright, 200, 240);
    for (int side = -1; side <= 1; side += 2) {
        ki_draw_ellipse(canvas, part(pose, 38 * side, -12, 20, 8),
                        ki_color_make(240, 240, 235), KI_OPAQUE, 60);
        ki_draw_ellipse(canvas, part(pose, 38 * side, -12, 8, 8), black, KI_OPAQUE, 60);
        ki_draw_ellipse(canvas, part(pose, 38 * side, -30, 26, 5), black, 200, 120);
    }
    ki_draw_ellipse(canvas, part(pose, light / 8, 15, 12, 24), dark, 150, 200);
    ki_draw_ellipse(canvas, part(pose, 0, 52, 34, 9), ki_color_make(150, 50, 50),
                    KI_OPAQUE, 80);
}

static void draw_hair(struct ki_canvas *canvas, const struct pose *pose,
                      struct ki_color hair, struct ki_prng *prng)
{
    int lean = ki_prng_range(prng, -25, 25);
    ki_draw_ellipse(canvas, part(pose, lean, -70, 95, 45), hair, KI_OPAQUE, 40);
    ki_draw_ellipse(canvas, part(pose, lean - 60, -35, 35, 60), hair, 230, 80);
}

enum ki_status ki_synth_portrait(struct ki_canvas *canvas, struct ki_prng *prng)
{
    enum ki_status status = ki_synth_clouds(canvas, prng);
    if (status != KI_OK) {
        return status;
    }
    struct pose pose = random_pose(canvas, prng);
    int tone = ki_prng_range(prng, 70, 235);
    struct ki_color skin = ki_color_make(tone, tone * 3 / 4, tone * 5 / 8);
    struct ki_color hair = ki_color_random(prng, 5, 120);
    int light = ki_prng_range(prng, 25, 60);
    light = ki_prng_below(prng, 2) ? light : -light;
    int long_hair = ki_prng_range(prng, 60, 190);
    ki_draw_ellipse(canvas, part(&pose, 0, long_hair / 3, 130, 60 + long_hair / 2),
                    hair, KI_OPAQUE, 30);
    draw_body(canvas, &pose, skin, prng);
    draw_face(canvas, &pose, skin, light);
    draw_hair(canvas, &pose, hair, prng);
    struct ki_noise_shape grain = {12, 4, 200};
    return ki_synth_texture(canvas, &grain, 50, prng);
}
