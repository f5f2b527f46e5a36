/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hashes of pictures (PDQ) and digests of files (MD5, SHA-1, SHA-256).
 *
 * PDQ is the 256-bit perceptual hash published by Meta (github.com/facebook/
 * ThreatExchange, folder pdq): luma, a tent filter down to 64×64, a 16×16 block of
 * its DCT without the constant term, one bit per coefficient above the median.
 */
#ifndef KNOWNIMAGE_HASH_H
#define KNOWNIMAGE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <knownimage/image.h>
#include <knownimage/limits.h>
#include <knownimage/status.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    KI_PDQ_NBYTES = 32,
    KI_PDQ_NHEX = 64,    /* hex digits, without a terminator */
    KI_PDQ_MIN_SIDE = 5, /* pixels; below it the hash is all zero, quality 0 */
    KI_QUALITY_MAX = 100,
    KI_QUALITY_DEFAULT = 50, /* hashes below it are noise (Meta's published default) */
    KI_RADIUS_DEFAULT = 31,  /* match at a distance of 31 bits or less (likewise) */
    KI_RADIUS_MAX = 47       /* the widest radius the index answers exactly */
};

/* One PDQ hash. bytes[0] holds bits 255…248, bytes[31] bits 7…0: the order of the text
 * form, so that text = hex(bytes). Bit 16·i+j is the DCT coefficient of vertical
 * frequency i+1 and horizontal frequency j+1. */
struct ki_pdq {
    uint8_t bytes[KI_PDQ_NBYTES];
};

/* How the 64×64 picture under the hash is made; the two are 7 bits apart on average. */
enum ki_mode {
    KI_MODE_PDQ = 0,   /* "pdq": the filter at full resolution (python pdqhash) */
    KI_MODE_PDQ_NN512, /* "pdq-nn512": stretched to 512×512 by nearest neighbour first
                          if a side is over 512 (the C++ pdq-photo-hasher) */
    KI_NMODES
};

/* The eight hashes of a picture turned and mirrored, computed from its coefficients,
 * in the order the reference prints them. */
enum ki_transform {
    KI_TRANSFORM_ORIGINAL = 0,
    KI_TRANSFORM_ROT90,
    KI_TRANSFORM_ROT180,
    KI_TRANSFORM_ROT270,
    KI_TRANSFORM_FLIPX,      /* top to bottom */
    KI_TRANSFORM_FLIPY,      /* left to right */
    KI_TRANSFORM_FLIPPLUS1,  /* transposed */
    KI_TRANSFORM_FLIPMINUS1, /* transposed about the other diagonal */
    KI_NTRANSFORMS
};

/* What an entry of a list or a query may be. */
enum ki_kind {
    KI_KIND_PDQ = 0,  /* 32 bytes */
    KI_KIND_MD5,      /* 16 bytes */
    KI_KIND_SHA1,     /* 20 bytes */
    KI_KIND_SHA256,   /* 32 bytes */
    KI_KIND_PHOTODNA, /* 144 bytes, never computed here: a given value is looked up */
    KI_NKINDS
};

enum { KI_HASH_MAX_NBYTES = 144 };

/* A hash of any kind, by value; bytes past ki_kind_nbytes(kind) are zero. */
struct ki_hash {
    enum ki_kind kind;
    uint8_t bytes[KI_HASH_MAX_NBYTES];
};

/* Sets of kinds and modes are bit masks: KI_BIT(KI_KIND_PDQ) | KI_BIT(KI_KIND_MD5). The
 * sets of all hold what can be computed of a picture. */
#define KI_BIT(n) (1u << (n))
#define KI_ALL_KINDS (KI_BIT(KI_KIND_PHOTODNA) - 1u)
#define KI_ALL_DIGESTS (KI_ALL_KINDS & ~KI_BIT(KI_KIND_PDQ))

/* Stable names: "pdq" "md5" "sha1" "sha256" "photodna"; "pdq" "pdq-nn512"; "original"
 * "rot90" … */
KI_API const char *ki_kind_text(enum ki_kind kind);
KI_API const char *ki_mode_text(enum ki_mode mode);
KI_API const char *ki_transform_text(enum ki_transform transform);
KI_API size_t ki_kind_nbytes(enum ki_kind kind); /* 32, 16, 20, 32, 144 */

/* The reverse; false if the name is unknown, *out untouched then. Case matters. */
KI_API bool ki_kind_from_text(const char *text, enum ki_kind *out);
KI_API bool ki_mode_from_text(const char *text, enum ki_mode *out);

/* Writes 2·ki_kind_nbytes(kind) lower-case digits and a terminator. */
KI_API void ki_hash_to_hex(const struct ki_hash *hash,
                           char out[2 * KI_HASH_MAX_NBYTES + 1]);

/* Reads exactly 2·ki_kind_nbytes(kind) hex digits, either case; false otherwise. */
KI_API bool ki_hash_from_hex(enum ki_kind kind, const char *hex, size_t nhex,
                             struct ki_hash *out);

/* Hamming distance, 0…256. */
KI_API unsigned ki_pdq_distance(const struct ki_pdq *a, const struct ki_pdq *b);

/* What the bits of a hash alone tell of its picture. With r_i the sixteen rows of 16
 * bits (bits 16·i … 16·i+15) of the 16×16 matrix H of bits:
 *
 *   coherence  max over rows and over columns of Σ_{i<k} |8 − popcount(r_i xor r_k)|
 *   asymmetry  min over masks of min(x, 256 − x), x = popcount(H xor Hᵀ xor mask); a
 *              mask is nothing, the even rows, the even columns, or where i + j is odd
 *   weight     bits set; 128 of every hash that was made as published
 *   broken squares
 *              of the 196 squares H[i][j], H[i][j+2], H[i+2][j], H[i+2][j+2], those
 *              that have neither equal rows nor equal columns
 *
 * Of stripes in any direction, the bits change at a row, at a column, and with the
 * parity of both: no square is broken but where the two meet. Whatever else is in a
 * picture breaks more.
 *
 * Photographs have coherence about 220, asymmetry about 112, and 120 broken squares;
 * random bits break 122. */
struct ki_pdq_figures {
    unsigned coherence;      /* 0…960 */
    unsigned asymmetry;      /* 0…128 */
    unsigned weight;         /* 0…256 */
    unsigned broken_squares; /* 0…196 */
};
KI_API void ki_pdq_measure(const struct ki_pdq *pdq, struct ki_pdq_figures *out);

/* Which of these say of a hash on a list that its picture was flat, periodic or a
 * gradient, so that a near match with it would mean nothing: a mask of
 * KI_DOUBT_COHERENT (coherence ≥ 540), KI_DOUBT_SYMMETRIC (asymmetry ≤ 58),
 * KI_DOUBT_WEIGHT (96 or less, or 160 or more) and KI_DOUBT_STRIPED (54 broken squares
 * or less) of enum ki_doubt in <knownimage/index.h>; 0: none. Figures and limits are
 * this project's own: `knownimage-bench gate` measures what they catch and what not. */
KI_API unsigned ki_pdq_doubts(const struct ki_pdq *pdq);
KI_API unsigned ki_pdq_figures_doubts(const struct ki_pdq_figures *figures);

/* The same of a picture that was hashed here, whose weight is 128 but for ties: true if
 * there is any such doubt, or if the weight is 120 or less, or 136 or more. */
KI_API bool ki_pdq_is_degenerate(const struct ki_pdq *pdq);

/* Hashes a decoded grey picture: height rows of width bytes, row r at
 * pixels + r·stride_nbytes (stride_nbytes ≥ width), 0 black … 255 white. Writes the
 * hash of each transform to out[] (all eight if dihedral, else only out[0]) and the
 * quality, 0…100. A side under KI_PDQ_MIN_SIDE gives zero hashes and quality 0.
 * Errors: KI_ERR_ARGUMENT (a zero side, a short stride), KI_ERR_NO_MEMORY. */
KI_API KI_MUST_CHECK enum ki_status
ki_pdq_from_gray(const uint8_t *pixels, uint32_t width, uint32_t height,
                 size_t stride_nbytes, enum ki_mode mode, bool dihedral,
                 struct ki_pdq out[KI_NTRANSFORMS], unsigned *quality);

struct ki_hash_options {
    struct ki_limits limits;
    unsigned kinds; /* mask of enum ki_kind; without PDQ nothing is decoded */
    unsigned modes; /* mask of enum ki_mode; at least one if PDQ is asked for */
    bool dihedral;  /* all eight transforms instead of the first */
    enum ki_fidelity fidelity; /* mode pdq-nn512 is never scaled down */
};

/* All kinds, mode pdq, no dihedral, fidelity high, default limits. */
KI_API struct ki_hash_options ki_hash_options_default(void);

struct ki_pdq_result {
    bool present;       /* the whole picture was decoded and hashed in this mode */
    unsigned quality;   /* 0…100 */
    bool is_degenerate; /* ki_pdq_is_degenerate, or all coefficients are rounding noise
                         */
    struct ki_pdq hashes[KI_NTRANSFORMS]; /* only [0] without dihedral */
};

/* Everything computed from one input. */
struct ki_hashes {
    struct ki_image_info info;
    enum ki_reason reason; /* why there is no PDQ; NONE if asked for and present,
                              or not asked for */
    int os_error;          /* errno behind KI_REASON_UNREADABLE, else 0 */
    unsigned digests;      /* mask of the kinds present below */
    struct ki_hash digest[KI_NKINDS]; /* indexed by kind; PDQ's place is unused */
    struct ki_pdq_result pdq[KI_NMODES];
};

/* A hasher owns the buffers that one thread needs, kept between pictures. One thread
 * at a time may use it; different hashers are independent. */
struct ki_hasher;

/* Errors: KI_ERR_ARGUMENT (no kinds, unknown bits, PDQ without a mode),
 * KI_ERR_NO_MEMORY. On success *out must be given to ki_hasher_destroy. */
KI_API KI_MUST_CHECK enum ki_status
ki_hasher_create(const struct ki_hash_options *options, struct ki_hasher **out,
                 struct ki_diag *diag);
KI_API void ki_hasher_destroy(struct ki_hasher *hasher); /* NULL is allowed */

/* Hash one input. What is wrong with the input is no error of the call: it is told by
 * out->reason. Digests are computed of every input that could be read whole, damaged
 * pictures too. The memory form borrows data during the call only. The file form
 * follows a symbolic link, refuses anything but a regular file, and the fd form reads
 * from the current offset to the end (pipes allowed) and leaves the fd open. */
KI_API void ki_hash_memory(struct ki_hasher *hasher, const void *data, size_t nbytes,
                           struct ki_hashes *out);
KI_API void ki_hash_file(struct ki_hasher *hasher, const char *path,
                         struct ki_hashes *out);
KI_API void ki_hash_fd(struct ki_hasher *hasher, int fd, struct ki_hashes *out);

#ifdef __cplusplus
}
#endif
#endif
