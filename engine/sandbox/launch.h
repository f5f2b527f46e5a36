/* SPDX-License-Identifier: Apache-2.0 */
/* Starting and ending the zygote of a slot. */
#ifndef KI_SANDBOX_LAUNCH_H
#define KI_SANDBOX_LAUNCH_H

#include "sandbox/slot.h"

KI_MUST_CHECK enum ki_status ki_slot_start_zygote(struct ki_slot *slot,
                                                  struct ki_diag *diag);

/* Ends it and its worker, and waits for that. Nothing to do if none runs. */
void ki_slot_stop_zygote(struct ki_slot *slot);

#endif
