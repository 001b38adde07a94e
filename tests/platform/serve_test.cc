// What `nmtx serve` gives out, and to whom.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "catch.h"
#include "platform/made_record.h"
#include "platform/output/output_file.h"
#include "platform/record/record_store.h"
#include "platform/serve/http_answers.h"
#include "platform/serve/served_jvm.h"
#include "platform/serve/served_record.h"
#include "platform/serve/web_config.h"

using namespace nmtx;
using namespace nmtx::test;

namespace {

constexpr const char* token = "0123456789abcdef";

HttpAnswer answer(PublishedFigures& figures, const HttpRequest& request, const std::string& wanted = "") {
    return answer_to(request, figures, wanted);
}

class Folder {
  public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "nmtx-serve-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder");
        path_ = name;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path_); }
    std::string write(const std::string& name, const std::string& text) const {
        std::ofstream(path_ + "/" + name, std::ios::binary) << text;
        return path_ + "/" + name;
    }
    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
};

std::shared_ptr<SampledProcess> made_process() {
    auto process = std::make_shared<SampledProcess>();
    process->sampler = std::make_shared<Sampler>(SamplerOptions());
    return process;
}

}  // namespace

TEST_CASE("serve: /metrics, /healthz and / are there, and nothing else") {
    PublishedFigures figures;
    const HttpAnswer metrics = answer(figures, {"GET", "/metrics", "application/openmetrics-text", ""});
    CHECK(metrics.status == 200);
    CHECK(metrics.type == content_type_of(Exposition::openmetrics));
    CHECK(metrics.body->ends_with("# EOF\n"));
    CHECK(answer(figures, {"HEAD", "/metrics", "", ""}).type == content_type_of(Exposition::prometheus));
    CHECK(answer(figures, {"GET", "/", "", ""}).status == 200);
    for (const char* path : {"", "*", "/metric", "/metrics/", "//metrics", "/../etc/passwd", "/debug/pprof"})
        CHECK(answer(figures, {"GET", path, "", ""}).status == 404);
    for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get"})
        CHECK(answer(figures, {method, "/metrics", "", ""}).status == 405);
}

TEST_CASE("serve: it is healthy as long as its loop runs") {
    PublishedFigures figures;
    figures.beat();
    CHECK(answer(figures, {"GET", "/healthz", "", ""}).status == 200);
}

TEST_CASE("serve: a text is made once a second at most, however often it is asked for") {
    PublishedFigures figures;
    const auto first = figures.text(Exposition::prometheus);
    int others = 0;
    for (int i = 0; i < 10'000; ++i) others += figures.text(Exposition::prometheus) == first ? 0 : 1;
    CHECK(others < 10'000);
    CHECK(figures.text(Exposition::openmetrics) != first);
}

TEST_CASE("serve: a client shows the token, except for the health check") {
    PublishedFigures figures;
    figures.beat();
    const std::string right = std::string("Bearer ") + token;
    CHECK(answer(figures, {"GET", "/metrics", "", right}, token).status == 200);
    CHECK(answer(figures, {"GET", "/metrics", "", std::string("bearer ") + token}, token).status == 200);
    CHECK(answer(figures, {"GET", "/healthz", "", ""}, token).status == 200);
    for (const std::string& wrong :
         {std::string(), std::string("Bearer"), std::string("Bearer "), std::string("Basic ") + token,
          right + "x", right.substr(0, right.size() - 1), std::string("Bearer 0123456789abcdeF"),
          right + token}) {
        INFO(wrong);
        CHECK(answer(figures, {"GET", "/metrics", "", wrong}, token).status == 401);
        CHECK(answer(figures, {"GET", "/", "", wrong}, token).status == 401);
    }
}

TEST_CASE("web config: it names the file of the token") {
    CHECK(parse_web_config("# c\n\nbearer_token_file: /etc/token\n", "f")->bearer_token_file == "/etc/token");
    CHECK(parse_web_config("bearer_token_file: \"/a b\"", "f")->bearer_token_file == "/a b");
    for (const char* text : {"", "# only this\n", "bearer_token_file:", "tls_server_config:\n",
                             "bearer_token_file: x\nbasic_auth_users: y\n", "bearer_token_file"}) {
        INFO(text);
        CHECK_FALSE(parse_web_config(text, "f"));
    }
    CHECK(parse_web_config("\nbasic_auth_users: x\n", "web.yml").error().where == "web.yml:2");
}

TEST_CASE("web config: a token is long, and one word") {
    const Folder folder;
    const std::string good = folder.write("token", std::string(token) + "\n");
    CHECK(read_token(folder.write("web.yml", "bearer_token_file: " + good + "\n")) == std::string(token));
    for (const char* text : {"", "short", "0123456789 abcdef0123456789", "\n0123456789abcdef"}) {
        const std::string bad = folder.write("bad", text);
        CHECK_FALSE(read_token(folder.write("web.yml", "bearer_token_file: " + bad + "\n")));
    }
    CHECK_FALSE(read_token(folder.write("web.yml", "bearer_token_file: " + folder.path() + "/none\n")));
}

TEST_CASE("serve: the text file can be read by all, and is replaced as a whole") {
    const Folder folder;
    const std::string file = folder.path() + "/nmtx.prom";
    for (const char* text : {"first\n", "second\n"}) {
        REQUIRE(write_public_file(file, text));
        struct stat info{};
        REQUIRE(::stat(file.c_str(), &info) == 0);
        CHECK((info.st_mode & 07777U) == 0644U);
        std::ifstream in(file);
        std::string line;
        std::getline(in, line);
        CHECK(line + "\n" == text);
    }
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
    CHECK_FALSE(write_public_file(folder.path() + "/none/nmtx.prom", "x"));
}

TEST_CASE("serve: a JVM is due after its time, and after failures later and later") {
    constexpr std::uint64_t second = 1'000'000'000;
    ServedJvm jvm;
    CHECK(jvm.due_ns(15 * second) == 0);
    jvm.begun_ns = 100 * second;
    CHECK(jvm.due_ns(15 * second) == 115 * second);
    jvm.failures = 2;
    CHECK(jvm.due_ns(15 * second) == 160 * second);
    jvm.failures = 100;
    CHECK(jvm.due_ns(15 * second) == 400 * second);
    CHECK(jvm.due_ns(3600 * second) == 3700 * second);
}

TEST_CASE("serve --record: the samples of a JVM stay after it has ended") {
    const Folder folder;
    {
        ServedRecord record(folder.path(), std::chrono::seconds(15), {});
        REQUIRE(record.begin());
        const auto process = made_process();
        record.add(*process, a_sample(1));
        record.add(*process, a_sample(11));
        record.end(*process, "the process ended");
        record.end(*process, "twice");  // has no run any more
        record.write();
        CHECK(record.state().samples == 2);
        record.finish();
    }
    const auto series = read_record(folder.path() + "/serve.db");
    REQUIRE(series);
    REQUIRE(series->size() == 1);
    CHECK(series->front().samples.size() == 2);
    CHECK(series->front().run.end == "the process ended");
}

TEST_CASE("serve --record: a directory that is not there is refused at once") {
    const Folder folder;
    ServedRecord record(folder.path() + "/none/serve.db", std::chrono::seconds(15), {});
    CHECK_FALSE(record.begin());
}
