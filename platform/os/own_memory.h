// The layout of nmtx's own heap.
#pragma once

namespace nmtx {

// Call once, before any allocation: from then on the heap grows contiguously and gives nothing back, and the
// pages that are needed for a typical JVM are allocated at once. A page fault for each would cost several
// times as much, especially in a virtual machine.
void keep_heap_in_one_piece();

// Call before files of any length are read: from then on large blocks have their own mappings, and go back
// to the kernel as soon as they are freed. Otherwise a list that doubles as it grows would leave behind as
// much memory as it needs in the end.
void give_large_pieces_back();

// Call before a second thread starts: its allocations go to the same heap.
void share_heap_among_threads();

// Call when a text turns out to be large (smaps reaches 22 MB at 30,000 mappings): the heap from `here` on,
// and its growth, uses huge pages. Touching 30 MB in pages of 4 KiB costs as much CPU as parsing them; for a
// small text one huge page would cost more than it saves. If the kernel gives none
// (/sys/kernel/mm/transparent_hugepage/enabled: never), nothing is lost.
void prefer_huge_pages_from(const void* here);

// Call before a second thread starts, and before something is kept of each of millions of blocks: all threads
// share a heap of huge pages. In a virtual machine a page fault may cost 10 microseconds, so that those for
// 40 MB cost more than all that is done with them.
void prefer_huge_pages();

}  // namespace nmtx
