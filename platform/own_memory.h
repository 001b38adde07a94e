// How nmtx's own heap is laid out.
#pragma once

namespace nmtx {

// Lets the heap grow in one piece whose pages may be huge. Texts of smaps and what is parsed of them reach 40
// MB at 30,000 mappings; touching that in pages of 4 KiB costs as much CPU as parsing it. To be called once,
// before anything is allocated. Where the kernel gives no huge pages
// (/sys/kernel/mm/transparent_hugepage/enabled: never) nothing is lost.
void prefer_huge_pages();

}  // namespace nmtx
