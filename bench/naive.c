/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The filter at full resolution: a box of ceil(n / 128) samples along the rows, then
 * along the columns, both twice, each as a running sum; one sample in n / 64 is kept.
 */
#include "bench/naive.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 64, DCT = 16, NBITS = DCT * DCT };

static void box(const float *in, float *out, uint32_t n, size_t step)
{
    long window = (n + 127) / 128;
    long half = (window + 2) / 2;
    float sum = 0;
    long count = 0;
    for (long i = 0; i < half - 1 && i < (long)n; i++) {
        sum += in[(size_t)i * step];
        count++;
    }
    for (long i = 0; i < (long)n; i++) {
        long coming = i + half - 1;
        long going = i - (window - half) - 1;
        if (coming < (long)n) {
            sum += in[(size_t)coming * step];
            count++;
        }
        if (going >= 0) {
            sum -= in[(size_t)going * step];
            count--;
        }
        out[(size_t)i * step] = sum / (float)count;
    }
}

static void filter(float *picture, float *other, uint32_t width, uint32_t height)
{
    for (int pass = 0; pass < 2; pass++) {
        for (size_t y = 0; y < height; y++) {
            box(picture + y * width, other + y * width, width, 1);
        }
        for (size_t x = 0; x < width; x++) {
            box(other + x, picture + x, height, width);
        }
    }
}

static void dct(const float samples[SIDE][SIDE], float out[NBITS])
{
    const double pi = 3.14159265358979323846;
    float matrix[DCT][SIDE];
    float half[DCT][SIDE];
    for (int i = 0; i < DCT; i++) {
        for (int j = 0; j < SIDE; j++) {
            double angle = pi / 2 / SIDE * (i + 1) * (2 * j + 1);
            matrix[i][j] = (float)((double)(float)sqrt(2.0 / SIDE) * cos(angle));
        }
    }
    for (int i = 0; i < DCT; i++) {
        for (int j = 0; j < SIDE; j++) {
            half[i][j] = 0;
            for (int k = 0; k < SIDE; k++) {
                half[i][j] += matrix[i][k] * samples[k][j];
            }
        }
    }
    for (int i = 0; i < NBITS; i++) {
        out[i] = 0;
        for (int k = 0; k < SIDE; k++) {
            out[i] += half[i / DCT][k] * matrix[i % DCT][k];
        }
    }
}

static int compare(const void *a, const void *b)
{
    float x = *(const float *)a;
    float y = *(const float *)b;
    return (x > y) - (x < y);
}

static void take_bits(const float values[NBITS], struct ki_pdq *out)
{
    float sorted[NBITS];
    memcpy(sorted, values, sizeof sorted);
    qsort(sorted, NBITS, sizeof *sorted, compare);
    memset(out, 0, sizeof *out);
    for (int i = 0; i < NBITS; i++) {
        if (values[i] > sorted[NBITS / 2 - 1]) {
            out->bytes[KI_PDQ_NBYTES - 1 - i / 8] |= (uint8_t)(1u << i % 8);
        }
    }
}

bool naive_pdq(const uint8_t *pixels, uint32_t width, uint32_t height,
               struct ki_pdq *out)
{
    float samples[SIDE][SIDE];
    float values[NBITS];
    size_t npixels = (size_t)width * height;
    float *picture = calloc(npixels, sizeof *picture);
    float *other = calloc(npixels, sizeof *other);
    bool is_good = picture && other;
    if (is_good) {
        for (size_t i = 0; i < npixels; i++) {
            picture[i] = pixels[i];
        }
        filter(picture, other, width, height);
        for (int i = 0; i < SIDE; i++) {
            for (int j = 0; j < SIDE; j++) {
                size_t y = (size_t)((i + 0.5) * height / SIDE);
                size_t x = (size_t)((j + 0.5) * width / SIDE);
                samples[i][j] = picture[y * width + x];
            }
        }
        dct(samples, values);
        take_bits(values, out);
    }
    free(picture);
    free(other);
    return is_good;
}
