// The parts of `nmtx explain`'s output.
#pragma once

#include <string>

#include "report/explain/explain_report.h"

namespace nmtx {

// What was read: each text with its lines and its main figures.
std::string explain_parts(const Pasted& pasted, const ReportOptions& options, const TextStyle& style);
// Usage, limit, working set and page cache of a container; empty where its files say too little for that.
std::string container_statement(const PastedContainer& container, const TextStyle& style);
// What was not recognised, quoted with line numbers; bounded, except with options.all.
std::string explain_leftovers(const Pasted& pasted, const ReportOptions& options, const TextStyle& style);
// Mappings whose residency no text shows.
std::string address_space_text(const AddressSpace& space, const TextStyle& style);
// NMT's categories before and after. `total`: the reports had one.
std::string nmt_change_text(const NmtChange& change, bool total, const ReportOptions& options,
                            const TextStyle& style);

// "1.4 GiB", "12 (+3)"; the words of a figure without them.
std::string value_of(const PastedFigure& figure);

// The call sites that grew or hold most, of each detail report.
std::string explain_sites(const Pasted& pasted, const ReportOptions& options, const TextStyle& style);
// By growth where the report is a diff, else by size.
std::vector<const NmtSite*> sites_by_weight(const NmtSites& sites);
// The function that allocated the memory, judging by the frames: "Unsafe_AllocateMemory0".
std::string name_of_site(const NmtSite& site);

}  // namespace nmtx
