// How nmtx's own heap is laid out.
#pragma once

namespace nmtx {

// To be called once, before anything is allocated: the heap grows in one piece from then on and gives nothing
// back, and the pages that reading a usual JVM takes are there at once. A page fault for each would cost
// several times as much, above all in a virtual machine.
void keep_heap_in_one_piece();

// To be called before files of any length are read: what is large has a mapping of its own from then on, and
// goes back to the kernel as soon as it is freed. A list that doubles as it grows would else leave as much
// memory behind as it takes in the end.
void give_large_pieces_back();

// To be called before a second thread begins: what it allocates lies in that same piece.
void share_heap_among_threads();

// To be called once a text turns out to be large (smaps reaches 22 MB at 30,000 mappings): the heap from
// `here` on, and what it will grow by, lies in huge pages. Touching 30 MB in pages of 4 KiB costs as much CPU
// as parsing them; for a small text one huge page would cost more than it saves. Where the kernel gives none
// (/sys/kernel/mm/transparent_hugepage/enabled: never) nothing is lost.
void prefer_huge_pages_from(const void* here);

}  // namespace nmtx
