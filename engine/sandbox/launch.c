/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/diag.h"
#include "sandbox/confine.h"
#include "sandbox/spawn.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#endif

enum { GREETING_MS = 20000 };

/* A file in memory of fixed length. */
static int create_file(const char *name, size_t nbytes)
{
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
    if (fd < 0) { /* before Linux 6.3 */
        fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    }
    fd = ki_spawn_raise(fd);
    if (fd < 0 || ftruncate(fd, (off_t)nbytes) != 0 ||
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) != 0) {
        return -1;
    }
    return fd;
}

static void *map(int fd, int protection, size_t nbytes)
{
    void *memory = mmap(NULL, nbytes, protection, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) {
        return NULL;
    }
    (void)madvise(memory, nbytes, MADV_DONTDUMP);
    (void)madvise(memory, nbytes, MADV_DONTFORK);
    return memory;
}

static size_t input_nbytes(const struct ki_slot_options *options)
{
    return KI_WIRE_PICTURE + options->file_nbytes + 1;
}

static bool create_input(struct ki_slot *slot)
{
    size_t nbytes = input_nbytes(&slot->options);
    int fd = create_file("knownimage-input", nbytes);
    slot->input = fd < 0 ? NULL : map(fd, PROT_READ | PROT_WRITE, nbytes);
    slot->input_fd = slot->input ? ki_spawn_read_only(fd) : -1;
    if (fd >= 0) {
        (void)close(fd);
    }
    return slot->input_fd >= 0;
}

static bool create_files(struct ki_slot *slot)
{
    if (!create_input(slot)) {
        return false;
    }
    slot->bytes = (uint8_t *)slot->input + KI_WIRE_PICTURE;
    slot->answer_fd = create_file("knownimage-answer", KI_WIRE_PAGE_NBYTES);
    slot->notice_fd = create_file("knownimage-notice", KI_WIRE_PAGE_NBYTES);
    if (slot->answer_fd < 0 || slot->notice_fd < 0) {
        return false;
    }
    slot->answer = map(slot->answer_fd, PROT_READ | PROT_WRITE, KI_WIRE_PAGE_NBYTES);
    slot->notice = map(slot->notice_fd, PROT_READ, KI_WIRE_PAGE_NBYTES);
    return slot->answer && slot->notice;
}

static void write_setup(struct ki_slot *slot)
{
    const struct ki_slot_options *options = &slot->options;
    slot->input->setup = (struct ki_wire_setup){
        .version = KI_VERSION,
        .input_nbytes = input_nbytes(options),
        .arena_nbytes = options->memory_nbytes + KI_WIRE_ENGINE_NBYTES,
        .cpu_us = options->cpu_us,
        .npictures = options->npictures,
        .spin_us = options->spin_us,
        .is_checked = !options->is_unsafe,
        .is_prover = options->is_prover,
    };
}

static int launch(struct ki_slot *slot, int control)
{
    const struct ki_spawn_fd fds[] = {
        {control, KI_WIRE_CONTROL_FD},
        {slot->input_fd, KI_WIRE_INPUT_FD},
        {slot->answer_fd, KI_WIRE_ANSWER_FD},
        {slot->notice_fd, KI_WIRE_NOTICE_FD},
    };
    return ki_spawn_worker(slot->options.worker, NULL, fds, sizeof fds / sizeof fds[0],
                           &slot->zygote);
}

enum ki_status ki_slot_start_zygote(struct ki_slot *slot, struct ki_diag *diag)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        return ki_diag_errno(diag, errno, "cannot make a socket pair");
    }
    slot->control = ki_spawn_raise(ends[0]);
    int theirs = ki_spawn_raise(ends[1]);
    int error = slot->control < 0 || theirs < 0 ? errno : launch(slot, theirs);
    if (theirs >= 0) {
        (void)close(theirs);
    }
    if (error) {
        if (slot->control >= 0) {
            (void)close(slot->control);
        }
        slot->control = -1;
        return ki_diag_errno(diag, error, "cannot start %s", slot->options.worker);
    }
    slot->worker = 0;
    slot->is_spent = true;
    return KI_OK;
}

void ki_slot_stop_zygote(struct ki_slot *slot)
{
    if (slot->control < 0) {
        return;
    }
    (void)close(slot->control);
    slot->control = -1;
    /* It would end by itself now; a stopped one would not. Its worker dies with it. */
    ki_spawn_end(slot->zygote);
}

static bool receive(const struct ki_slot *slot, struct ki_wire_greeting *greeting)
{
    struct pollfd control = {.fd = slot->control, .events = POLLIN};
    int ready;
    do {
        ready = poll(&control, 1, GREETING_MS);
    } while (ready < 0 && errno == EINTR);
    if (ready <= 0 || recv(slot->control, greeting, sizeof *greeting, MSG_DONTWAIT) !=
                          (ssize_t)sizeof *greeting) {
        return false;
    }
    greeting->version[sizeof greeting->version - 1] = '\0';
    greeting->text[sizeof greeting->text - 1] = '\0';
    return true;
}

enum ki_status ki_slot_greet(struct ki_slot *slot, struct ki_diag *diag)
{
    struct ki_wire_greeting greeting;
    const char *worker = slot->options.worker;
    if (!receive(slot, &greeting)) {
        return ki_diag_set(diag, KI_ERR_UNSUPPORTED, "%s did not report", worker);
    }
    if (strcmp(greeting.version, KI_VERSION) != 0) {
        return ki_diag_set(diag, KI_ERR_UNSUPPORTED, "%s is of version %s, not %s",
                           worker, greeting.version, KI_VERSION);
    }
    slot->missing = greeting.missing;
    if (greeting.missing == 0 && greeting.text[0] != '\0') {
        return ki_diag_set(diag, KI_ERR_UNSUPPORTED, "%s: %s", worker, greeting.text);
    }
    if (greeting.missing != 0 && !slot->options.is_unsafe) {
        return ki_diag_set(diag, KI_ERR_UNSUPPORTED,
                           "decoding cannot be confined here; not in force: %s",
                           greeting.text);
    }
    return KI_OK;
}

enum ki_status ki_slot_begin(struct ki_slot *slot,
                             const struct ki_slot_options *options,
                             struct ki_diag *diag)
{
    *slot = (struct ki_slot){.options = *options,
                             .control = -1,
                             .input_fd = -1,
                             .answer_fd = -1,
                             .notice_fd = -1};
    enum ki_status status = KI_OK;
    if (!create_files(slot)) {
        status = ki_diag_errno(diag, errno, "cannot make shared memory");
    } else {
        write_setup(slot);
        status = ki_slot_start_zygote(slot, diag);
    }
    if (status != KI_OK) {
        ki_slot_end(slot);
    }
    return status;
}

static void unmap(void *memory, size_t nbytes)
{
    if (memory) {
        (void)munmap(memory, nbytes);
    }
}

static void close_fd(int fd)
{
    if (fd >= 0) {
        (void)close(fd);
    }
}

void ki_slot_end(struct ki_slot *slot)
{
    ki_slot_stop_zygote(slot);
    unmap(slot->input, input_nbytes(&slot->options));
    unmap(slot->answer, KI_WIRE_PAGE_NBYTES);
    void *notice;
    memcpy(&notice, &slot->notice, sizeof notice);
    unmap(notice, KI_WIRE_PAGE_NBYTES);
    close_fd(slot->input_fd);
    close_fd(slot->answer_fd);
    close_fd(slot->notice_fd);
}
