/* store/crc32c.h - a checksum against accidents; forgers are met by the AEAD.
 *
 * CRC-32C (Castagnoli), as RFC 3720 appendix B.4 has it.
 */
#ifndef LTH_STORE_CRC32C_H
#define LTH_STORE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

uint32_t crc32c(const uint8_t *bytes, size_t len);

#endif
