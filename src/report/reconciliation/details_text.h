// The parts of the report that are not on its first screen.
#pragma once

#include <string>

#include "account/account.h"
#include "report/style/style.h"

namespace nmtx {

// Areas of the JVM (reserved, committed, resident), threads, container, every owner in bytes, files, and when
// each document was read.
std::string details_text(const Account& account, const TextStyle& style);
// Threads by kind, and those with the most CPU time.
std::string threads_lines(const Account& account, const TextStyle& style);
// Every mapping with its owners.
std::string mappings_text(const Account& account, const TextStyle& style);

}  // namespace nmtx
