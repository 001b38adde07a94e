#include "allocator/malloc_walk.h"

namespace nmtx {

MallocWalk::MallocWalk() = default;
MallocWalk::MallocWalk(const MallocWalk&) = default;
MallocWalk::MallocWalk(MallocWalk&&) noexcept = default;
MallocWalk& MallocWalk::operator=(const MallocWalk&) = default;
MallocWalk& MallocWalk::operator=(MallocWalk&&) noexcept = default;
MallocWalk::~MallocWalk() = default;

}  // namespace nmtx
