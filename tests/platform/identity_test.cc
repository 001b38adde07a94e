#include "platform/os/identity.h"

#include <string>

#include "catch.h"
#include "platform/child.h"

using namespace nmtx;
using namespace nmtx::test;

namespace {

std::string written(const TemporaryDirectory& directory, const std::string& text) {
    std::string file = directory / "passwd";
    write_text(file, text);
    return file;
}

}  // namespace

TEST_CASE("identity: the name of a user is the first one that the file gives to the number") {
    const TemporaryDirectory directory;
    const std::string file = written(directory,
                                     "root:x:0:0:root:/root:/bin/sh\n"
                                     "app:x:1000:1000::/:/bin/false\n"
                                     "alias:x:1000:1000::/:/bin/false\n"
                                     "last:x:4294967294:1::/:");
    CHECK(user_name_in(file.c_str(), 0) == "root");
    CHECK(user_name_in(file.c_str(), 1000) == "app");
    CHECK(user_name_in(file.c_str(), 4294967294U) == "last");
    CHECK(user_name_in(file.c_str(), 7).empty());
}

TEST_CASE("identity: what is no entry is passed over, and an endless line gives no name") {
    const TemporaryDirectory directory;
    const std::string before = written(directory, "# nothing\n\nbroken\n::::::\nx:x:no:1:::\nok:x:5:5:::\n");
    CHECK(user_name_in(before.c_str(), 5) == "ok");
    const std::string endless = written(directory, std::string(1U << 20U, 'a') + ":x:5:5:::\n");
    CHECK(user_name_in(endless.c_str(), 5).empty());
}

TEST_CASE("identity: without a file no user has a name") {
    const TemporaryDirectory directory;
    CHECK(user_name_in((directory / "passwd").c_str(), 0).empty());
}
