// The name of a symbol for a reader.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nmtx {

// Longer ones than this exist, of templates, and no report has room for them: they are cut.
constexpr std::size_t longest_symbol_name = 1024;

// Is it the table of a C++ class's virtual functions?
bool names_vtable(std::string_view mangled);

// "vtable for SessionObj" of "_ZTV10SessionObj"; "malloc" of "malloc@@GLIBC_2.2.5". What is not a mangled
// name stays as it is, and so does one that would grow beyond measure: a few hundred bytes can be made to
// stand for gigabytes.
std::string readable_symbol(std::string_view mangled);

}  // namespace nmtx
