// What nmtx concludes of a moment is made once, in src/account: whoever prints takes it from there.
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "catch.h"
#include "paths.h"

namespace {

namespace fs = std::filesystem;

struct Maker {
    const char* call;                 // as a regular expression
    std::set<std::string> made_in;    // the files that define it and no other
    std::set<std::string> called_in;  // and all that call it
};

const std::map<std::string, Maker> makers{
    {"reconcile",
     {R"((^|[^\w.:>])reconcile\()",
      {"src/ledger/partition/reconcile.cc", "src/ledger/partition/reconcile.h"},
      {"src/account/account.cc", "src/account/address_space.cc", "src/account/explanation.cc",
       "src/ledger/partition/kept_moment.cc", "platform/sampling/sampler.cc"}}},
    {"judge",
     {R"((^|[^\w.:>])judge\()",
      {"src/findings/judgement/judgement.cc", "src/findings/judgement/judgement.h"},
      {"src/account/account.cc"}}},
    {"container_use",
     {R"((^|[^\w.:>])container_use\()",
      {"src/findings/figures/container.cc", "src/findings/figures/container.h"},
      {"src/account/account.cc"}}},
    {"thread_table",
     {R"((^|[^\w.:>])thread_table(_if_read)?\()",
      {"src/threads/thread_table.cc", "src/threads/thread_table.h"},
      {"src/account/account.cc", "src/change/diff_threads.cc"}}},
};

std::string code_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    static const std::regex comment("//[^\n]*");
    return std::regex_replace(text.str(), comment, "");
}

std::size_t calls_in(const std::string& code, const char* call) {
    const std::regex pattern(call);
    return static_cast<std::size_t>(
        std::distance(std::sregex_iterator(code.begin(), code.end(), pattern), std::sregex_iterator()));
}

}  // namespace

TEST_CASE("house: a ledger, its findings, its container and its threads are made in the account alone") {
    std::map<std::string, std::map<std::string, std::size_t>> calls;
    for (const char* top : {"src", "platform"}) {
        for (const auto& entry : fs::recursive_directory_iterator(fs::path(nmtx::test::source_dir()) / top)) {
            const std::string extension = entry.path().extension().string();
            if (extension != ".h" && extension != ".cc") continue;
            const std::string name = fs::relative(entry.path(), nmtx::test::source_dir()).string();
            const std::string code = code_of(entry.path());
            for (const auto& [maker, rule] : makers) {
                if (rule.made_in.count(name) == 1) continue;
                const std::size_t n = calls_in(code, rule.call);
                if (n == 0) continue;
                INFO(name << " calls " << maker);
                CHECK(rule.called_in.count(name) == 1);
                calls[maker][name] += n;
            }
        }
    }
    // Once an account, so once a report.
    for (const char* maker : {"judge", "container_use"}) {
        INFO(maker);
        CHECK(calls[maker]["src/account/account.cc"] == 1);
    }
    for (const auto& [maker, rule] : makers) {
        INFO(maker);
        CHECK(calls[maker].size() == rule.called_in.size());
    }
}

TEST_CASE("house: no report and no verb takes a view and a ledger apart from each other") {
    const std::regex pair(R"(const ProcessView& \w+,\s*const Ledger& \w+)");
    for (const char* top : {"src/report", "platform"}) {
        for (const auto& entry : fs::recursive_directory_iterator(fs::path(nmtx::test::source_dir()) / top)) {
            const std::string extension = entry.path().extension().string();
            if (extension != ".h" && extension != ".cc") continue;
            INFO(entry.path().string());
            CHECK_FALSE(std::regex_search(code_of(entry.path()), pair));
        }
    }
}
