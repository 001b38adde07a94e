#include "evidence/redact.h"

#include "catch.h"

using namespace std::string_literals;
using nmtx::redact_options;
using nmtx::redact_reply;

namespace {

std::string words(std::string text) {
    redact_options(text, "\0"s);
    return text;
}

std::string joined(std::string text) {
    redact_options(text, "\0 "s);
    return text;
}

std::string reply(std::string text) {
    redact_reply(text);
    return text;
}

}  // namespace

TEST_CASE(
    "redact: the value of an option whose name speaks of secrets becomes stars, in any case of letters") {
    CHECK(words("java\0-Ddb.password=hunter2\0Main\0"s) == "java\0-Ddb.password=********\0Main\0"s);
    CHECK(words("-Djavax.net.ssl.keyStorePassword=changeit\0"s) ==
          "-Djavax.net.ssl.keyStorePassword=********\0"s);
    CHECK(words("-Dspring.datasource.password=p w\0"s) == "-Dspring.datasource.password=********\0"s);
    CHECK(words("--api-key=abc\0"s) == "--api-key=********\0"s);
    CHECK(words("AWS_SECRET_ACCESS_KEY=abc/+=\0"s) == "AWS_SECRET_ACCESS_KEY=********\0"s);
    CHECK(words("-DMYTOKEN=t\0-Dmy.Passphrase=ab\0-Dsigning.key=k\0-Ddb.pass=q\0"s) ==
          "-DMYTOKEN=********\0-Dmy.Passphrase=********\0-Dsigning.key=********\0-Ddb.pass=********\0"s);
}

TEST_CASE("redact: names that only look like keys, paths of key stores and -XX options stay") {
    const auto stays = [](const std::string& text) { CHECK(words(text) == text); };
    stays("-Dkeyboard=us\0"s);
    stays("-Djavax.net.ssl.keyStore=/etc/store.jks\0"s);
    stays("-XX:NativeMemoryTracking=detail\0-XX:+UseG1GC\0-XX:SomeKey=1\0"s);
    stays("-javaagent:/opt/token-agent.jar\0-jar\0app.jar\0"s);
    stays("-cp\0/opt/secret/lib:/opt/x\0Main\0direct=32\0"s);
    stays("--add-opens\0java.base/java.lang=ALL-UNNAMED\0"s);
}

TEST_CASE("redact: the word behind --password is its value, whatever it looks like") {
    CHECK(words("java\0Main\0--password\0hunter2\0--verbose\0"s) ==
          "java\0Main\0--password\0********\0--verbose\0"s);
    CHECK(words("--token\0YWJj==\0x\0"s) == "--token\0********\0x\0"s);
    CHECK(words("--token\0-Abc\0x\0"s) == "--token\0********\0x\0"s);
    CHECK(words("--use-token\0--password\0hunter2\0x\0"s) == "--use-token\0--password\0********\0x\0"s);
    CHECK(joined("Main --password hunter2 --verbose"s) == "Main --password ******** --verbose"s);
}

TEST_CASE("redact: the password in a URL goes, user, host and port stay") {
    CHECK(words("--url=jdbc:postgresql://user:pw@host:5432/db\0"s) ==
          "--url=jdbc:postgresql://user:********@host:5432/db\0"s);
    CHECK(words("-Durl=http://host:8080/a@b\0"s) == "-Durl=http://host:8080/a@b\0"s);
    CHECK(words("redis://:pw@host\0"s) == "redis://:********@host\0"s);
    CHECK(words("amqp://u:a/b@host\0"s) == "amqp://u:********@host\0"s);
    CHECK(words("a://u:pw@h,b://v:xyz@i\0"s) == "a://u:********@h,b://v:********@i\0"s);
    CHECK(words("jdbc:oracle:thin:scott/tiger@//h:1521/x\0"s) ==
          "jdbc:oracle:thin:scott/********@//h:1521/x\0"s);
    CHECK(words("jdbc:mysql://h/db?user=u&password=x&ssl=1\0"s) ==
          "jdbc:mysql://h/db?user=u&password=********&ssl=1\0"s);
    CHECK(words("-Durl=jdbc:x://h/db?password=x&user=u\0"s) ==
          "-Durl=jdbc:x://h/db?password=********&user=u\0"s);
}

TEST_CASE("redact: values inside agent options, JSON and commands of -XX:OnError") {
    CHECK(words("-javaagent:a.jar=host=h,apikey=abc\0"s) == "-javaagent:a.jar=host=h,apikey=********\0"s);
    CHECK(words("--json={\"password\": \"x\"}\0-x\0"s) == "--json={\"password\": \"********\"}\0-x\0"s);
    CHECK(words("-XX:OnError=curl --token abc\0-Xmx1g\0"s) == "-XX:OnError=curl --token ********\0-Xmx1g\0"s);
}

TEST_CASE("redact: where blanks join the options a value goes on to the next option or the end of the line") {
    CHECK(joined("-Dx.password=my long secret -Xmx1g"s) == "-Dx.password=******** -Xmx1g"s);
    CHECK(joined("-Dx.password=secret \nnext line"s) == "-Dx.password=******** \nnext line"s);
    CHECK(joined("-Dx.password= -Xmx1g"s) == "-Dx.password= -Xmx1g"s);
    CHECK(joined("-Dx.password=-a -Xmx1g"s) == "-Dx.password=******** -Xmx1g"s);
    CHECK(joined("-Xrs -Dkeyboard=us -XX:+UseG1GC"s) == "-Xrs -Dkeyboard=us -XX:+UseG1GC"s);
}

TEST_CASE("redact: in a binary file the bytes behind the NUL of a string stay") {
    const std::string text = "java.rt.vmArgs\0-Xmx1g --token\0\0\0\x40\1\2\3binary"s;
    CHECK(joined(text) == text);
    CHECK(joined("java.rt.vmArgs\0-Da.token=x y\0\0\x40\0next"s) ==
          "java.rt.vmArgs\0-Da.token=********\0\0\x40\0next"s);
}

TEST_CASE("redact: replies lose secrets of the command line and every value of the environment") {
    CHECK(reply("VM Arguments:\njvm_args: -Ddb.password=hunter2 -Xmx1g \njava_command: Main --token abc\n") ==
          "VM Arguments:\njvm_args: -Ddb.password=******** -Xmx1g \njava_command: Main --token ********\n");
    CHECK(reply("Command Line: -Xmx1g -Dapi.token=t Main a\n\nHost: x\n") ==
          "Command Line: -Xmx1g -Dapi.token=********\n\nHost: x\n");
    CHECK(
        reply("Environment Variables:\nPATH=/usr/bin\nOPTS=a\nsecond line\n\nSHELL=/bin/sh\n\nSignal "
              "Handlers:\n"
              "   SIGSEGV: x=1\n") ==
        "Environment Variables:\nPATH=********\nOPTS=********\n********\n\nSHELL=********\n\nSignal Handlers:\n"
        "   SIGSEGV: x=1\n");
    CHECK(reply("Environment Variables:\nLANG=C.UTF-8\n\nActive Locale:\nLC_ALL=C.UTF-8\n") ==
          "Environment Variables:\nLANG=********\n\nActive Locale:\nLC_ALL=C.UTF-8\n");
    CHECK(reply("Environment Variables:\nA=secret") == "Environment Variables:\nA=********");
}

TEST_CASE("redact: counts what it redacts, and a second run finds nothing") {
    std::string text = "-Da.password=x\0-Db.token=y\0--key\0z\0"s;
    CHECK(redact_options(text, "\0"s) == 3);
    CHECK(redact_options(text, "\0"s) == 0);
    std::string none = "java\0-Xmx1g\0Main\0"s;
    CHECK(redact_options(none, "\0"s) == 0);
}

TEST_CASE("redact: every prefix is bounded by its end") {
    const std::string text =
        "-Da.password=x y\0--token\0\"key\" : 1 http://u:p@h?secret=1&x=\0jdbc:oracle:thin:a/b@c\0"s;
    for (std::size_t n = 0; n <= text.size(); ++n) {
        (void)words(text.substr(0, n));
        (void)joined(text.substr(0, n));
        (void)reply(text.substr(0, n));
    }
}
