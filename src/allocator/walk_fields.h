// Parts of the document "malloc/walk.json" that several of its sections have.
#pragma once

#include "allocator/malloc_walk.h"
#include "base/json_fields.h"

namespace nmtx {

nlohmann::ordered_json sum_json(const ChunkSum& sum);
void read_bytes(JsonFields& fields, const char* key, Bytes& into);
void read_sum(JsonFields& fields, const char* key, ChunkSum& into);

// The section "holders".
nlohmann::ordered_json holders_json(const BlockHolders& holders);
void read_holders(JsonFields& fields, const char* key, BlockHolders& into);

}  // namespace nmtx
