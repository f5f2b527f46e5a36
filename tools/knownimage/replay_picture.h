/* SPDX-License-Identifier: Apache-2.0 */
/* One line that told a match, and its picture: hashed and looked up again. */
#ifndef KI_KNOWNIMAGE_REPLAY_PICTURE_H
#define KI_KNOWNIMAGE_REPLAY_PICTURE_H

#include "knownimage/replay.h"
#include "report/told.h"

enum replay_same { REPLAY_DIFFERENT, REPLAY_SAME, REPLAY_UNKNOWN };

struct replay_outcome {
    bool is_picture; /* what was checked: the picture, or else the hits */
    bool has_result;
    struct ki_result result; /* without hits */
    enum replay_same same;
    const char *reason; /* NULL: none yet */
};

/* Fills result, and a reason if it is not to be compared with what was told. */
KI_MUST_CHECK enum ki_status replay_picture(const struct replay_request *request,
                                            const struct ki_index *index,
                                            const struct ki_told_line *line,
                                            struct replay_outcome *outcome);

#endif
