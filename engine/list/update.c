/* SPDX-License-Identifier: Apache-2.0 */
#include "list/update.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/diag.h"
#include "list/formats/time_text.h"

enum { TIME_NBYTES = 20, TIME_TEXT_NBYTES = 32, MOST_SERIAL_DIGITS = 16 };

static bool write_time(int64_t seconds, char out[TIME_TEXT_NBYTES])
{
    struct tm parts;
    time_t time = (time_t)seconds;
    return gmtime_r(&time, &parts) &&
           strftime(out, TIME_TEXT_NBYTES, "%Y-%m-%dT%H:%M:%SZ", &parts) > 0;
}

bool ki_update_read_list(struct ki_span text, char out[KI_LIST_NAME_NBYTES])
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789._-";
    if (text.nbytes == 0 || text.nbytes >= KI_LIST_NAME_NBYTES) {
        return false;
    }
    for (size_t i = 0; i < text.nbytes; i++) {
        if (!memchr(letters, text.data[i], sizeof letters - 1)) {
            return false;
        }
    }
    memcpy(out, text.data, text.nbytes);
    out[text.nbytes] = '\0';
    return true;
}

bool ki_update_read_serial(struct ki_span text, uint64_t *out)
{
    uint64_t number = 0;
    if (text.nbytes == 0 || text.nbytes > MOST_SERIAL_DIGITS || text.data[0] == '0') {
        return false;
    }
    for (size_t i = 0; i < text.nbytes; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
        number = number * 10 + (uint64_t)(text.data[i] - '0');
    }
    if (number > KI_UPDATE_SERIAL_MAX) {
        return false;
    }
    *out = number;
    return true;
}

/* Strict: what would be written for it is the very text. */
bool ki_update_read_time(struct ki_span text, int64_t *out)
{
    char again[TIME_TEXT_NBYTES];
    int64_t seconds = text.nbytes == TIME_NBYTES ? ki_time_read(text) : 0;
    if (seconds <= 0 || !write_time(seconds, again) || !ki_span_equals(text, again)) {
        return false;
    }
    *out = seconds;
    return true;
}

/* One word; false if it is malformed or told before. */
static bool read_word(struct ki_span word, struct ki_update *update)
{
    if (ki_span_starts(word, "list=")) {
        return !update->list[0] &&
               ki_update_read_list(ki_span_from(word, 5), update->list);
    }
    if (ki_span_starts(word, "serial=")) {
        return update->serial == 0 &&
               ki_update_read_serial(ki_span_from(word, 7), &update->serial);
    }
    if (ki_span_starts(word, "expires=")) {
        return update->expires == 0 &&
               ki_update_read_time(ki_span_from(word, 8), &update->expires);
    }
    return true;
}

enum ki_status ki_update_read(const char *comment, struct ki_update *out,
                              struct ki_diag *diag)
{
    struct ki_update update = {.list = ""};
    struct ki_span rest = ki_span_of(comment);
    while (rest.nbytes > 0) {
        struct ki_span word = ki_span_cut_blank(&rest);
        if (!read_word(word, &update)) {
            return ki_diag_set(diag, KI_ERR_REFUSED,
                               "the trusted comment has a malformed or second %.*s",
                               (int)ki_span_find(word, '='), word.data);
        }
    }
    *out = update;
    return KI_OK;
}

void ki_update_write(const struct ki_update *update, char out[KI_UPDATE_TEXT_NBYTES])
{
    char expires[TIME_TEXT_NBYTES] = "";
    (void)write_time(update->expires, expires);
    (void)snprintf(out, KI_UPDATE_TEXT_NBYTES, "list=%s serial=%" PRIu64 " expires=%s",
                   update->list, update->serial, expires);
}

static enum ki_status check_time(const struct ki_update *update, int64_t now,
                                 struct ki_diag *diag)
{
    char text[TIME_TEXT_NBYTES] = "";
    if (now < KI_UPDATE_CLOCK_MIN) {
        return ki_diag_set(diag, KI_ERR_REFUSED,
                           "the clock of this machine stands before 2026: it cannot "
                           "tell whether an update has expired");
    }
    if (update->expires > now) {
        return KI_OK;
    }
    (void)write_time(update->expires, text);
    return ki_diag_set(diag, KI_ERR_REFUSED, "the update has expired, at %s", text);
}

static enum ki_status check_serial(const struct ki_update *update,
                                   const struct ki_list_trust *held,
                                   const uint8_t sha256[KI_LIST_DIGEST_NBYTES],
                                   bool *is_known, struct ki_diag *diag)
{
    *is_known = false;
    if (!held->is_signed || update->serial > held->update) {
        return KI_OK;
    }
    if (update->serial < held->update) {
        return ki_diag_set(diag, KI_ERR_REFUSED,
                           "the update is older (serial %" PRIu64
                           ") than what the list holds (serial %" PRIu64 ")",
                           update->serial, held->update);
    }
    if (memcmp(sha256, held->update_sha256, KI_LIST_DIGEST_NBYTES) != 0) {
        return ki_diag_set(diag, KI_ERR_REFUSED,
                           "another update has the serial %" PRIu64
                           " and was taken before",
                           update->serial);
    }
    *is_known = true;
    return KI_OK;
}

enum ki_status ki_update_check(const struct ki_update *update,
                               const struct ki_list_info *list,
                               const uint8_t sha256[KI_LIST_DIGEST_NBYTES], int64_t now,
                               bool *is_known, struct ki_diag *diag)
{
    const char *missing = !update->list[0]       ? "list"
                          : update->serial == 0  ? "serial"
                          : update->expires == 0 ? "expires"
                                                 : NULL;
    if (missing) {
        return ki_diag_set(diag, KI_ERR_REFUSED,
                           "the signer does not tell %s; the trusted comment must say "
                           "list=NAME serial=N expires=2026-12-31T00:00:00Z",
                           missing);
    }
    if (strcmp(update->list, list->name) != 0) {
        return ki_diag_set(diag, KI_ERR_REFUSED,
                           "the update was signed for the list %s, not for %s",
                           update->list, list->name);
    }
    enum ki_status status = check_time(update, now, diag);
    return status == KI_OK ? check_serial(update, &list->trust, sha256, is_known, diag)
                           : status;
}
