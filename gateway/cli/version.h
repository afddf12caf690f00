/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_VERSION_H
#define CLI_VERSION_H

#define HALLPASS_VERSION "0.1.0"

#endif
