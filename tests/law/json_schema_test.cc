// Every capture and every pasted text through every verb's --json: what comes is what
// docs/reference/nmtx.schema.json says.
#include <algorithm>

#include "account/account.h"
#include "account/explanation.h"
#include "catch.h"
#include "change/diff.h"
#include "findings/figures/fit.h"
#include "hotspot/known_jdks.h"
#include "law/fixtures.h"
#include "process/process_reader.h"
#include "report/diff/diff_report.h"
#include "report/explain/explain_report.h"
#include "report/reconciliation/report.h"
#include "report/threads/threads_report.h"
#include "report/verbs/fit_report.h"
#include "report/verbs/glossary_report.h"
#include "valid_json.h"

using namespace nmtx;

namespace {

// The view points into the capture, the account into the view.
struct Accounted {
    explicit Accounted(const std::filesystem::path& file) : capture(read_fixture(file)) {
        if (auto read = reader.update(capture); !read) throw std::runtime_error(to_string(read.error()));
        auto made = account_of(reader.view());
        if (!made) throw std::runtime_error(to_string(made.error()));
        account.emplace(std::move(*made));
    }
    Capture capture;
    ProcessReader reader;
    std::optional<Account> account;
};

std::vector<std::filesystem::path> pasted_texts() {
    std::vector<std::filesystem::path> files;
    for (const char* folder : {"/fixtures/pasted", "/fixtures/pasted/kinds"}) {
        for (const auto& entry : std::filesystem::directory_iterator(test::source_dir() + folder)) {
            if (entry.path().extension() == ".txt") files.push_back(entry.path());
        }
    }
    return files;
}

void add_report(test::JsonOutputs& outputs, const Accounted& one, const std::string& name) {
    const Account& account = *one.account;
    outputs.add("report", name, json_report(account));
    REQUIRE(account.threads);
    outputs.add("threads", name, json_threads(account.view(), *account.threads, {}));
    const auto fit = fit_heap(account.moment, mib(1024));
    if (!account.view().nmt) return;  // no sum without its figures
    REQUIRE(fit);
    outputs.add("fit", name, json_fit(account.view(), *fit));
}

}  // namespace

TEST_CASE("JSON: reports, threads and fits of every capture are what the schema says") {
    test::JsonOutputs outputs;
    for (const auto& file : fixture_files()) {
        INFO(file.filename().string());
        add_report(outputs, Accounted(file), file.filename().string());
    }
    CHECK(outputs.errors() == "");
}

TEST_CASE("JSON: a diff of a process with itself and with the next one is what the schema says") {
    test::JsonOutputs outputs;
    std::unique_ptr<Accounted> before;
    for (const auto& file : fixture_files()) {
        auto after = std::make_unique<Accounted>(file);
        for (const Accounted* first : std::initializer_list<const Accounted*>{before.get(), after.get()}) {
            if (first == nullptr) continue;
            const Moment &a = first->account->moment, &b = after->account->moment;
            const auto diff = diff_moments(a, b);
            REQUIRE(diff);
            outputs.add("diff", file.filename().string(), json_diff(a, b, *diff));
        }
        before = std::move(after);
    }
    CHECK(outputs.errors() == "");
}

TEST_CASE("JSON: what is explained of every pasted text is what the schema says") {
    test::JsonOutputs outputs;
    for (const auto& file : pasted_texts()) {
        const std::string name = file.filename().string();
        std::vector<PastedInput> inputs(1);
        inputs.front() = {name, read_whole(file)};
        outputs.add("explain", name, json_explain(explanation_of(std::move(inputs))));
    }
    CHECK(outputs.errors() == "");
}

TEST_CASE("JSON: the glossary of every JDK is what the schema says") {
    test::JsonOutputs outputs;
    outputs.add("glossary", "all", json_glossary(all_entries({}), {}));
    for (const int jdk : known_jdks)
        outputs.add("glossary", std::to_string(jdk), json_glossary(all_entries(jdk), jdk));
    CHECK(outputs.errors() == "");
}

TEST_CASE("JSON: a key that the schema does not have is an error, and so is one that is missing") {
    test::JsonOutputs outputs;
    outputs.add("list", "made", R"([{"pid": 1, "colour": "red"}])");
    const std::string errors = outputs.errors();
    CHECK(errors.find("'colour' was unexpected") != std::string::npos);
    CHECK(errors.find("'uid' is a required property") != std::string::npos);
    test::JsonOutputs unknown;
    unknown.add("nothing", "made", "{}");
    CHECK(unknown.errors().find("no definition 'nothing'") != std::string::npos);
}
