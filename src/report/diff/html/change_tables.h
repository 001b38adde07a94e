// What changed, as tables: the largest growth first.
#pragma once

#include <string>

#include "change/diff.h"

namespace nmtx {

// "10.0 → 29.5 MiB (+19.5)", "700 → 800 (+100)"
std::string change_words(const AmountChange& amount);
std::string change_words(const CountChange& count);

// Each is empty where the diff has nothing for it.
std::string html_owner_changes(const Diff& diff);
std::string html_category_changes(const Diff& diff);
std::string html_site_changes(const Diff& diff);
// `by_header`: blocks of NMT's are distinguished from others.
std::string html_malloc_changes(const Diff& diff, bool by_header);
std::string html_thread_changes(const Diff& diff);
std::string html_class_changes(const Diff& diff);
std::string html_mapping_changes(const Diff& diff);

}  // namespace nmtx
