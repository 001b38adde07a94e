#include "kernel/status.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/cursor.h"
#include "base/lines.h"
#include "base/remark.h"
#include "kernel/cpus.h"
#include "kernel/fields.h"

// Name:	java
// State:	S (sleeping)
// Tgid:	15062
// Pid:	15062
// PPid:	15021
// Uid:	0	0	0	0
// NSpid:	15062	7
// Kthread:	0
// VmRSS:	  177536 kB
// RssAnon:	   88724 kB
// Threads:	42
// SigCgt:	2000000101005ccf
// Cpus_allowed_list:	0-3,8

namespace nmtx {
namespace {

bool read_number(std::string_view value, std::uint64_t& target) {
    Cursor cursor(value);
    cursor.skip_blanks();
    const auto number = cursor.decimal();
    cursor.skip_blanks();
    if (!number || !cursor.at_end()) return false;
    target = *number;
    return true;
}

bool read_mask(std::string_view value, std::optional<std::uint64_t>& target) {
    Cursor cursor(value);
    cursor.skip_blanks();
    target = cursor.hex();
    cursor.skip_blanks();
    return target && cursor.at_end();
}

bool read_identities(std::string_view value, std::array<std::uint32_t, 4>& target) {
    Cursor cursor(value);
    for (std::uint32_t& identity : target) {
        cursor.skip_blanks();
        const auto number = cursor.decimal();
        if (!number || *number > 0xFFFFFFFF) return false;
        identity = static_cast<std::uint32_t>(*number);
    }
    cursor.skip_blanks();
    return cursor.at_end();
}

bool read_list(std::string_view value, std::vector<std::uint64_t>& target) {
    target.clear();
    Cursor cursor(value);
    for (cursor.skip_blanks(); !cursor.at_end(); cursor.skip_blanks()) {
        const auto number = cursor.decimal();
        if (!number) return false;
        target.push_back(*number);
    }
    return !target.empty();
}

// "S (sleeping)"
bool read_state(std::string_view value, char& target) {
    Cursor cursor(value);
    cursor.skip_blanks();
    const std::string_view letter = cursor.word();
    if (letter.size() != 1) return false;
    target = letter.front();
    return true;
}

struct AmountField {
    std::string_view key;
    std::optional<Bytes> ProcessStatus::* amount;
};
constexpr std::array<AmountField, 11> amounts{{
    {"VmPeak", &ProcessStatus::vm_peak},
    {"VmSize", &ProcessStatus::vm_size},
    {"VmLck", &ProcessStatus::vm_lck},
    {"VmHWM", &ProcessStatus::vm_hwm},
    {"VmRSS", &ProcessStatus::vm_rss},
    {"RssAnon", &ProcessStatus::rss_anon},
    {"RssFile", &ProcessStatus::rss_file},
    {"RssShmem", &ProcessStatus::rss_shmem},
    {"VmPTE", &ProcessStatus::vm_pte},
    {"VmSwap", &ProcessStatus::vm_swap},
    {"HugetlbPages", &ProcessStatus::hugetlb_pages},
}};

// True also for a key that is not ours.
bool read_field(std::string_view key, std::string_view value, ProcessStatus& status) {
    for (const AmountField& field : amounts) {
        if (field.key == key) return (status.*field.amount = read_kilobytes(value)).has_value();
    }
    if (key == "Name") {
        // The name may begin or end with blanks: only the tab that the kernel sets is not part of it.
        status.name = value.starts_with('\t') ? value.substr(1) : value;
        return true;
    }
    if (key == "State") return read_state(value, status.state);
    if (key == "Cpus_allowed_list") {
        const auto cpus = parse_cpu_list(value);
        if (cpus) status.cpus_allowed = *cpus;
        return cpus.has_value();
    }
    if (key == "Tgid") return read_number(value, status.tgid);
    if (key == "Pid") return read_number(value, status.pid);
    if (key == "PPid") return read_number(value, status.parent);
    if (key == "Uid") return read_identities(value, status.uid);
    if (key == "Gid") return read_identities(value, status.gid);
    if (key == "NSpid") return read_list(value, status.nspid);
    if (key == "Groups") {
        read_list(value, status.groups);  // may be empty
        return true;
    }
    if (key == "CapPrm") return read_mask(value, status.cap_prm);
    if (key == "CapEff") return read_mask(value, status.cap_eff);
    if (key == "Threads") return read_number(value, status.threads);
    if (key == "SigBlk") return read_mask(value, status.sig_blk);
    if (key == "SigIgn") return read_mask(value, status.sig_ign);
    if (key == "SigCgt") return read_mask(value, status.sig_cgt);
    if (key == "Kthread") {
        const std::string_view flag = trim(value);
        status.kernel_thread = flag == "1";
        return flag == "0" || flag == "1";
    }
    return true;
}

}  // namespace

Expected<ProcessStatus> parse_status(std::string_view text, std::string_view document) {
    ProcessStatus status;
    bool named = false;
    bool numbered = false;
    Lines lines(text);
    while (lines.next()) {
        Cursor cursor(lines.line());
        const auto key = cursor.until(":");
        if (!key || key->empty()) return lines.error(document, mismatch("\"Key:\tvalue\"", lines.line()));
        cursor.take(":");
        if (!read_field(*key, cursor.rest(), status)) {
            return lines.error(document, mismatch(fmt::format("a value of {}", *key), lines.line()));
        }
        named = named || *key == "Name";
        numbered = numbered || *key == "Pid";
    }
    if (!named || !numbered) {
        return failure(std::string(document),
                       fmt::format("expected the lines \"Name:\" and \"Pid:\", found no \"{}:\"",
                                   named ? "Pid" : "Name"));
    }
    return status;
}

namespace {

// Lines of status that we do not read: in a paste any other line is a remark.
constexpr std::array<std::string_view, 38> other_keys{"Umask",
                                                      "Ngid",
                                                      "TracerPid",
                                                      "FDSize",
                                                      "Groups",
                                                      "NStgid",
                                                      "NSpgid",
                                                      "NSsid",
                                                      "VmPin",
                                                      "VmData",
                                                      "VmStk",
                                                      "VmExe",
                                                      "VmLib",
                                                      "VmPMD",
                                                      "CoreDumping",
                                                      "THP_enabled",
                                                      "untag_mask",
                                                      "SigQ",
                                                      "SigPnd",
                                                      "ShdPnd",
                                                      "CapInh",
                                                      "CapPrm",
                                                      "CapEff",
                                                      "CapBnd",
                                                      "CapAmb",
                                                      "NoNewPrivs",
                                                      "Seccomp",
                                                      "Seccomp_filters",
                                                      "Speculation_Store_Bypass",
                                                      "SpeculationIndirectBranch",
                                                      "Cpus_allowed",
                                                      "Cpus_allowed_list",
                                                      "Mems_allowed",
                                                      "Mems_allowed_list",
                                                      "voluntary_ctxt_switches",
                                                      "nonvoluntary_ctxt_switches",
                                                      "x86_Thread_features",
                                                      "x86_Thread_features_locked"};
constexpr std::array<std::string_view, 11> own_keys{"Name", "State", "Tgid",    "Pid",    "PPid",   "Uid",
                                                    "Gid",  "NSpid", "Threads", "SigBlk", "Kthread"};

bool is_status_key(std::string_view key) {
    const auto in = [&](const auto& keys) { return std::find(keys.begin(), keys.end(), key) != keys.end(); };
    const bool amount = std::any_of(amounts.begin(), amounts.end(),
                                    [&](const AmountField& field) { return field.key == key; });
    return amount || in(own_keys) || in(other_keys) || key == "SigIgn" || key == "SigCgt";
}

}  // namespace

Expected<PastedStatus> parse_pasted_status(std::string_view text, std::string_view document) {
    PastedStatus pasted;
    std::vector<std::string_view> seen;  // of a second process's status nothing is taken
    for (Lines lines(text); lines.next();) {
        const Remarked parts = split_remark_of_amount(trim(lines.line()));
        if (parts.text.empty() && parts.remark.empty()) continue;
        Cursor cursor(parts.text);
        const std::string_view key = cursor.until(":").value_or(std::string_view());
        cursor.take(":");
        const bool ours = is_status_key(key) && std::find(seen.begin(), seen.end(), key) == seen.end();
        ProcessStatus with = pasted.status;
        if (ours && read_field(key, trim(cursor.rest()), with)) {
            pasted.status = std::move(with);
            pasted.not_understood.add_remark(lines.number(), parts.remark);
            seen.push_back(key);
        } else {
            pasted.not_understood.add_line(lines.number(), lines.line());
        }
    }
    if (seen.empty()) {
        return nothing_understood(document, "\"VmRSS:  N kB\" and the like", pasted.not_understood);
    }
    return pasted;
}

// 811161 44384 22203 1 0 78042 0
Expected<Statm> parse_statm(std::string_view text, std::string_view document) {
    Lines lines(text);
    lines.next();
    Statm statm;
    Cursor cursor(lines.line());
    for (std::uint64_t* pages : {&statm.size_pages, &statm.resident_pages, &statm.shared_pages}) {
        cursor.skip_blanks();
        const auto number = cursor.decimal();
        const bool ends = cursor.at_end() || cursor.rest().front() == ' ';
        if (!number || !ends) {
            return failure(std::string(document),
                           mismatch("\"size resident shared ...\" in pages", lines.line()));
        }
        *pages = *number;
    }
    return statm;
}

}  // namespace nmtx
