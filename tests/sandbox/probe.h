/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KI_TESTS_SANDBOX_PROBE_H
#define KI_TESTS_SANDBOX_PROBE_H

struct probe {
    long number;
    long arguments[6];
    int is_32_bit;
};

#endif
