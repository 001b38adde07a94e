// What a thread was doing, as lines of a report.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "threads/thread_table.h"

namespace nmtx {

// The top Java frame, and the first one that is not the class library's: where the program is. Of a thread
// without Java frames its innermost function that has a name, "libz.so.1  deflate". What a compiler works on.
// By its stack, or else by the dump; empty where neither tells.
std::vector<std::string> where_it_was(const ThreadRow& thread);

// The whole stack: native frames as "libc.so.6  clock_nanosleep+0x63", Java frames as
// "at java.lang.Thread.sleep(Thread.java:509)  compiled", down to the thread's first function or to where
// nothing tells further. Where the stack has no Java frames of its own, those of the dump follow. At most
// `most` of each, and how many there are more.
std::vector<std::string> mixed_stack(const ThreadRow& thread, std::size_t most);

}  // namespace nmtx
