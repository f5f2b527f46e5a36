/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <knownimage/limits.h>
#include <knownimage/match.h>

#include "base/checked.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/hex.h"
#include "base/pack.h"
#include "support/folder.h"
#include "support/random.h"

Test(diag, the_first_message_wins)
{
    struct ki_diag diag = {0};
    cr_expect_eq(ki_diag_set(&diag, KI_ERR_IO, "near %d", 1), KI_ERR_IO);
    cr_expect_eq(ki_diag_set(&diag, KI_ERR_FORMAT, "far"), KI_ERR_FORMAT);
    cr_expect_eq(ki_diag_errno(&diag, ENOENT, "farther"), KI_ERR_IO);
    cr_expect_str_eq(diag.message, "near 1");
    cr_expect_eq(diag.status, KI_ERR_IO);
    cr_expect_eq(ki_diag_set(NULL, KI_ERR_LIMIT, "nobody listens"), KI_ERR_LIMIT);
}

Test(diag, errno_and_long_messages)
{
    struct ki_diag diag = {0};
    cr_expect_eq(ki_diag_errno(&diag, ENOMEM, "cannot map"), KI_ERR_NO_MEMORY);
    cr_expect(strstr(diag.message, "cannot map: "));
    char *text = malloc(2000);
    cr_assert_not_null(text);
    memset(text, 'x', 1999);
    text[1999] = '\0';
    diag = (struct ki_diag){0};
    (void)ki_diag_errno(&diag, EIO, "%s", text);
    cr_expect_eq(strlen(diag.message), (size_t)KI_DIAG_NBYTES - 1);
    free(text);
}

Test(names, every_value_has_its_own_and_reads_back)
{
    for (unsigned i = 0; i < KI_NSTATUS; i++) {
        cr_expect_gt(strlen(ki_status_text((enum ki_status)i)), 0);
    }
    for (unsigned i = 1; i < KI_NREASONS; i++) {
        for (unsigned k = 0; k < i; k++) {
            cr_expect_str_neq(ki_reason_text((enum ki_reason)i),
                              ki_reason_text((enum ki_reason)k));
        }
    }
    for (unsigned i = 0; i < KI_NFORMATS; i++) {
        cr_expect_gt(strlen(ki_format_text((enum ki_format)i)), 0);
    }
    enum ki_kind kind = KI_KIND_PDQ;
    for (unsigned i = 0; i < KI_NKINDS; i++) {
        cr_expect(ki_kind_from_text(ki_kind_text((enum ki_kind)i), &kind) && kind == i);
    }
    enum ki_mode mode = KI_MODE_PDQ;
    for (unsigned i = 0; i < KI_NMODES; i++) {
        cr_expect(ki_mode_from_text(ki_mode_text((enum ki_mode)i), &mode) && mode == i);
    }
    enum ki_purpose purpose = KI_PURPOSE_MATCH;
    for (unsigned i = 0; i < KI_NPURPOSES; i++) {
        cr_expect(ki_purpose_from_text(ki_purpose_text((enum ki_purpose)i), &purpose) &&
                  purpose == i);
    }
    enum ki_action action = KI_ACTION_OBSERVE;
    for (unsigned i = 0; i < KI_NACTIONS; i++) {
        cr_expect(ki_action_from_text(ki_action_text((enum ki_action)i), &action) &&
                  action == i);
    }
    cr_expect(!ki_kind_from_text("PDQ", &kind));
    cr_expect(!ki_mode_from_text("", &mode));
    cr_expect(!ki_purpose_from_text("deny", &purpose));
    cr_expect(!ki_action_from_text("allow", &action));
    cr_expect_str_eq(ki_verdict_text((enum ki_verdict)99), "not_examined");
    cr_expect_str_eq(ki_tier_text(KI_TIER_EXACT), "exact");
    cr_expect_str_eq(ki_transform_text(KI_TRANSFORM_FLIPY), "flipy");
    cr_expect_gt(strlen(ki_version()), 4);
}

Test(hex, reads_what_it_writes_and_nothing_else)
{
    struct random_state random = random_begin(71);
    for (size_t n = 0; n < 40; n++) {
        uint8_t bytes[40];
        uint8_t back[40];
        char text[81];
        for (size_t i = 0; i < n; i++) {
            bytes[i] = (uint8_t)random_next(&random);
        }
        ki_hex_encode(bytes, n, text);
        cr_expect_eq(strlen(text), 2 * n);
        cr_expect(ki_hex_decode(text, 2 * n, back, n));
        cr_expect_eq(memcmp(bytes, back, n), 0);
        cr_expect(!ki_hex_decode(text, 2 * n, back, n + 1));
    }
    uint8_t one = 0;
    cr_expect(ki_hex_decode("aF", 2, &one, 1) && one == 0xaf);
    static const char *const bad[] = {"0x", " 1", "+1", "g0", "0G", "1\n"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_expect(!ki_hex_decode(bad[i], 2, &one, 1), "%s", bad[i]);
    }
}

Test(base64, strict)
{
    uint8_t out[32];
    cr_expect(ki_base64_decode("TWFu", 4, out, 3) && memcmp(out, "Man", 3) == 0);
    cr_expect(ki_base64_decode("TWE=", 4, out, 2) && memcmp(out, "Ma", 2) == 0);
    cr_expect(ki_base64_decode("TQ==", 4, out, 1) && out[0] == 'M');
    cr_expect(!ki_base64_decode("TR==", 4, out, 1), "unused bits set");
    cr_expect(!ki_base64_decode("TWE", 3, out, 2), "no padding");
    cr_expect(!ki_base64_decode("TW=u", 4, out, 3), "padding inside");
    cr_expect(!ki_base64_decode("TW-u", 4, out, 3), "another alphabet");
    cr_expect(!ki_base64_decode("TWFu", 4, out, 2), "too long for the size");
}

Test(pack, reads_what_it_writes_and_never_beyond)
{
    uint8_t data[64];
    struct ki_packer packer = ki_packer_begin(data, sizeof data);
    ki_pack_uint(&packer, 0x1122334455667788u, 8);
    ki_pack_text(&packer, "scheme");
    ki_pack_bytes(&packer, "xyz", 3);
    cr_assert(packer.is_good);
    struct ki_unpacker unpacker = ki_unpacker_begin(data, packer.nbytes);
    cr_expect_eq(ki_unpack_uint(&unpacker, 8), 0x1122334455667788u);
    cr_expect_str_eq(ki_unpack_text(&unpacker), "scheme");
    cr_expect_eq(memcmp(ki_unpack_bytes(&unpacker, 3), "xyz", 3), 0);
    cr_expect(unpacker.is_good);
    for (size_t n = 0; n < packer.nbytes; n++) { /* every prefix fails */
        uint8_t *exact = malloc(n + 1);
        cr_assert_not_null(exact);
        memcpy(exact, data, n);
        unpacker = ki_unpacker_begin(exact, n);
        (void)ki_unpack_uint(&unpacker, 8);
        (void)ki_unpack_text(&unpacker);
        (void)ki_unpack_bytes(&unpacker, 3);
        cr_expect(!unpacker.is_good);
        free(exact);
    }
    packer = ki_packer_begin(data, 4);
    ki_pack_uint(&packer, 1, 8);
    ki_pack_uint(&packer, 1, 1);
    cr_expect(!packer.is_good, "a packer that ran over stays bad");
}

Test(checked, arrays_grow_and_refuse_to_overflow)
{
    void *items = NULL;
    size_t capacity = 0;
    for (size_t n = 1; n < 1000; n += 7) {
        cr_assert(ki_array_reserve(&items, &capacity, n, 8));
        cr_assert_geq(capacity, n);
    }
    cr_expect(!ki_array_reserve(&items, &capacity, SIZE_MAX / 4, 8));
    cr_expect_lt(capacity, 5000);
    free(items);
}

Test(file, what_is_written_reads_back)
{
    struct folder folder = folder_make();
    char deep[128];
    char path[KI_PATH_NBYTES];
    char *data = NULL;
    size_t nbytes = 0;
    struct ki_diag diag = {0};
    (void)snprintf(deep, sizeof deep, "%s/a/b/c", folder.path);
    cr_assert_eq(ki_folder_make(deep, &diag), KI_OK, "%s", diag.message);
    cr_assert_eq(ki_folder_make(deep, &diag), KI_OK, "it exists already");
    cr_assert_eq(ki_path_join(deep, "file", path, &diag), KI_OK);
    cr_assert_eq(ki_file_write_synced(path, "older one", 9, &diag), KI_OK);
    cr_assert_eq(ki_file_write_synced(path, "newer", 5, &diag), KI_OK);
    cr_assert_eq(ki_file_read(path, 100, &data, &nbytes, &diag), KI_OK);
    cr_expect_str_eq(data, "newer");
    free(data);
    cr_expect_eq(ki_file_read(path, 4, &data, &nbytes, NULL), KI_ERR_DAMAGED);
    cr_expect_eq(ki_file_read(deep, 4, &data, &nbytes, NULL), KI_ERR_DAMAGED);
    cr_expect_eq(ki_folder_make(path, &diag), KI_ERR_IO, "a file is in the way");
    cr_expect(strstr(diag.message, path), "%s", diag.message);
    cr_expect_eq(ki_file_write_synced(deep, "1", 1, NULL), KI_ERR_IO);
    cr_expect_eq(ki_file_replace(deep, "1", 1, NULL), KI_ERR_IO);
    cr_expect_eq(ki_file_create_synced(path, 0600, "1", 1, NULL), KI_ERR_EXISTS);
    cr_expect_eq(ki_file_replace(path, "newest", 6, &diag), KI_OK);
    cr_assert_eq(ki_file_read(path, 100, &data, &nbytes, &diag), KI_OK);
    cr_expect_str_eq(data, "newest");
    free(data);
    cr_assert_eq(unlink(path), 0);
    cr_expect_eq(rmdir(deep), 0, "nothing is left beside it");
    cr_expect_eq(ki_file_read(path, 4, &data, &nbytes, NULL), KI_ERR_NOT_FOUND);
    folder_remove(&folder);
}

Test(limits, defaults_are_the_documented_ones)
{
    struct ki_limits limits = ki_limits_default();
    cr_expect_eq(limits.file_nbytes, 64u << 20);
    cr_expect_eq(limits.pixels, 100000000u);
    cr_expect_eq(limits.buffered_pixels, 50000000u);
    cr_expect_eq(limits.side, 16384);
    cr_expect_eq(limits.jpeg_scans, 100);
    cr_expect_eq(limits.png_chunks, 1000);
    cr_expect_eq(limits.memory_nbytes, 768u << 20);
    cr_expect_eq(limits.cpu_us, 3000000);
}
