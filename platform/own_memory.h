// How nmtx's own heap is laid out.
#pragma once

#include <cstddef>

namespace nmtx {

// To be called once a text turns out to be large (smaps reaches 22 MB at 30,000 mappings): lets the rest of
// its buffer, [rest, rest + size), and all that is allocated from now on lie in huge pages. Touching 30 MB in
// pages of 4 KiB costs as much CPU as parsing them; for a small text one huge page would cost more than it
// saves. Where the kernel gives none (/sys/kernel/mm/transparent_hugepage/enabled: never) nothing is lost.
void prefer_huge_pages(void* rest, std::size_t size);

}  // namespace nmtx
