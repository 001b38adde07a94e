// Which secrets go, and what stays.
#include "catch.h"
#include "evidence/harmless_options.h"
#include "evidence/planted_secrets.h"
#include "evidence/redact.h"

using namespace std::string_literals;
using nmtx::redact_options;
using nmtx::redact_reply;
using nmtx::test::harmless_options;
using nmtx::test::planted_secrets;

namespace {

std::string cmdline(const std::vector<std::string>& arguments) {
    std::string text;
    for (const std::string& argument : arguments) text += argument + '\0';
    return text;
}

std::string joined(const std::vector<std::string>& arguments) {
    std::string text;
    for (const std::string& argument : arguments) text += (text.empty() ? "" : " ") + argument;
    return text;
}

std::string without_secrets(std::string text, const std::string& separators) {
    redact_options(text, separators);
    return text;
}

std::string reply_without(std::string text) {
    redact_reply(text);
    return text;
}

void check_gone(const std::string& text, const std::string& secret) {
    INFO(text);
    CHECK(text.find(secret) == std::string::npos);
    CHECK(text.find("********") != std::string::npos);
    CHECK(text.find("*********") == std::string::npos);
}

}  // namespace

TEST_CASE("secrets: every planted one goes from command lines, joined options and replies") {
    CHECK(planted_secrets().size() >= 200);
    for (const auto& [arguments, secret] : planted_secrets()) {
        std::vector<std::string> all{"java", "-Xmx1g", "-cp", "/opt/app.jar", "Main"};
        all.insert(all.end(), arguments.begin(), arguments.end());
        const std::string nul = without_secrets(cmdline(all), "\0"s);
        check_gone(nul, secret);
        CHECK(nul.starts_with("java\0-Xmx1g\0-cp\0/opt/app.jar\0Main\0"s));
        all.emplace_back("-Xrs");
        const std::string line = without_secrets(joined(all), "\0 "s);
        check_gone(line, secret);
        CHECK(line.ends_with(" -Xrs"));
        check_gone(reply_without("VM Arguments:\njvm_args: " + joined(all) + "\nLauncher Type: x\n"), secret);
        check_gone(reply_without("java_command: " + joined(all) + "\n"), secret);
    }
}

TEST_CASE("secrets: harmless options stay as they are, in command lines and joined") {
    std::size_t total = 0, nul_touched = 0, joined_touched = 0;
    for (const std::string_view option : harmless_options()) {
        ++total;
        const std::vector<std::string> all{"java", std::string(option), "-Xrs"};
        INFO(option);
        const std::string nul = without_secrets(cmdline(all), "\0"s);
        CHECK(nul == cmdline(all));
        nul_touched += nul != cmdline(all) ? 1U : 0U;
        const std::string line = without_secrets(joined(all), "\0 "s);
        CHECK(line == joined(all));
        joined_touched += line != joined(all) ? 1U : 0U;
    }
    CHECK(total >= 200);
    CHECK(nul_touched == 0);
    CHECK(joined_touched == 0);
}

TEST_CASE("secrets: all harmless options together stay as they are") {
    std::vector<std::string> all{"java"};
    for (const std::string_view option : harmless_options()) all.emplace_back(option);
    CHECK(without_secrets(cmdline(all), "\0"s) == cmdline(all));
}

TEST_CASE("secrets: the mask does not tell how long one was, and a second run changes nothing") {
    for (const std::string& secret : {"a"s, "hunter2"s, std::string(100, 'x'), "********"s, "***"s}) {
        CHECK(without_secrets("-Dpassword=" + secret, "\0"s) == "-Dpassword=********");
        CHECK(without_secrets("--token " + secret, "\0 "s) == "--token ********");
    }
    for (const auto& [arguments, secret] : planted_secrets()) {
        const std::string once = without_secrets(cmdline(arguments), "\0"s);
        std::string twice = once;
        CHECK(redact_options(twice, "\0"s) == 0);
        CHECK(twice == once);
        const std::string reply = reply_without(joined(arguments) + "\n");
        CHECK(reply_without(reply) == reply);
    }
}

TEST_CASE("secrets: texts that speak of them without holding any stay") {
    const std::string text =
        "ProtectionKey:         0\nVmPin:        0 kB\n"
        "\tat com.acme.TokenFilter.doFilter(TokenFilter.java:12)\n"
        "\tat com.acme.Key::get(Native Method)\n"
        "\"token-refresher\" #12 prio=5 os_prio=0 cpu=12.31ms tid=0x00007f8c2c01b800 nid=0x1a2b waiting\n"
        "[0x00007f41e07c85d2] SymbolTable::Key::add(unsigned char*)+0x1b2\n"
        "_ZN2os6mallocEm8MEMFLAGSRK15NativeCallStack+0x1b2\n"
        "    Container ID:  containerd://9f86d081884c7d659a2feaa0c55ad0159f86d081884c7d659a2feaa0c55ad015\n"
        "      SecretName:  payments-tls\n"
        "7f8142000000-7f8142021000 r--p 00c7b000 fe:00 1163267  /opt/x/9f86d081884c7d659a2feaa0c55ad015.so\n";
    CHECK(reply_without(text) == text);
}

TEST_CASE("secrets: containers' variables lose their values, lines keep their numbers") {
    CHECK(reply_without("env:\n- name: DB_PASSWORD\n  value: hunter2\n- name: MODE\n  value: fast\n") ==
          "env:\n- name: DB_PASSWORD\n  value: ********\n- name: MODE\n  value: fast\n");
    CHECK(reply_without("    Environment:\n      DB_PASSWORD:  hunter2\n      MODE:         fast\n") ==
          "    Environment:\n      DB_PASSWORD:  ********\n      MODE:         fast\n");
    CHECK(reply_without("\"Env\": [\n  \"API_TOKEN=hunter2\",\n  \"MODE=fast\"\n]\n") ==
          "\"Env\": [\n  \"API_TOKEN=********\",\n  \"MODE=fast\"\n]\n");
    CHECK(reply_without("-----BEGIN PRIVATE KEY-----\nMIIE\nabc\n-----END PRIVATE KEY-----\nRSS 1\n") ==
          "-----BEGIN PRIVATE KEY-----\n********\n********\n-----END PRIVATE KEY-----\nRSS 1\n");
}

TEST_CASE("secrets: what is quoted ends with its quote") {
    CHECK(reply_without("curl -H \"Authorization: Bearer a b\" http://host/\n") ==
          "curl -H \"Authorization: ********\" http://host/\n");
    CHECK(without_secrets("{\"password\": \"x\", \"user\": \"bob\"}"s, "\0"s) ==
          "{\"password\": \"********\", \"user\": \"bob\"}");
    // A password that has a quote in it.
    CHECK(without_secrets("-Dpassword=\"ab\"cd"s, "\0"s) == "-Dpassword=********");
}

TEST_CASE("secrets: the name of an option and the value of a harmless one hide nothing behind them") {
    for (const std::vector<std::string>& all : std::vector<std::vector<std::string>>{
             {"java", "Main", "--token-type", "jwt", "--keys", "5"},
             {"java", "Main", "--use-token", "--verbose", "5"},
             {"java", "Main", "--max-tokens", "4096", "--x"},
             {"java", "Main", "--git-commit", "4f3a0c9e8b7d6a5f4e3d2c1b0a9f8e7d6c5b4a39"},
             {"java", "Main", "--auth", "basic", "--port", "80"}}) {
        CHECK(without_secrets(cmdline(all), "\0"s) == cmdline(all));
        CHECK(without_secrets(joined(all), "\0 "s) == joined(all));
    }
    // A value that only looks a little like an option.
    CHECK(without_secrets("--token\0-Abc\0--pw\0--Xy9\0"s, "\0"s) == "--token\0********\0--pw\0********\0"s);
    // A value of -D ends with its word: what follows is another argument.
    CHECK(without_secrets("-Dexec.args=--password\0Main\0"s, "\0"s) == "-Dexec.args=--password\0Main\0"s);
}

TEST_CASE("secrets: of a list and of XML only the values of the secret go") {
    const auto words = [](const std::string& text) { return without_secrets(text, "\0"s); };
    CHECK(words("{\"password\":[\"a\",{\"b\":[]}],\"user\":\"bob\"}") ==
          "{\"password\":[********],\"user\":\"bob\"}");
    CHECK(words("{\"password\":\"a\",\"user\":\"bob\"}") == "{\"password\":\"********\",\"user\":\"bob\"}");
    CHECK(words("-javaagent:a.jar=password=\"x\",host=h") == "-javaagent:a.jar=password=\"********\",host=h");
    CHECK(words("-Dp.password=\"hunt\",\"second\"") == "-Dp.password=\"********\"");
    CHECK(words("<password>hunter2</password><user>bob</user>") ==
          "<password>********</password><user>bob</user>");
    CHECK(words("<entry key=\"db.password\">hunter2</entry>") ==
          "<entry key=\"db.password\">********</entry>");
    CHECK(words("<property name=\"db.password\" value=\"x\"/><property name=\"a\" value=\"b\"/>") ==
          "<property name=\"db.password\" value=\"********\"/><property name=\"a\" value=\"b\"/>");
    CHECK(words("<![CDATA[x <password>hunter2</password>") == "<![CDATA[x <password>********</password>");
    CHECK(words("jdbc:oracle:thin:scott/a@b@//h:1521/s") == "jdbc:oracle:thin:scott/********@//h:1521/s");
    CHECK(words("http://u:p@ss@host/") == "http://u:********@host/");
    CHECK(words("http://u:pw@host.x/a@b") == "http://u:********@host.x/a@b");
}

TEST_CASE("secrets: values on the lines below their names") {
    CHECK(reply_without("passwords:\n- hunter2\n- second\nuser: bob\n") ==
          "passwords:\n- ********\n- ********\nuser: bob\n");
    CHECK(reply_without("  password: |\n    hun: ter2\n    x\n  user: bob\n") ==
          "  password: |\n    ********\n    ********\n  user: bob\n");
    CHECK(reply_without("credentials:\r\n  user: bob\r\n  key1: hunter2\r\nmode: fast\r\n") ==
          "credentials:\r\n  user: ********\r\n  key1: ********\r\nmode: fast\r\n");
    CHECK(reply_without("args:\n- --password\n- hunter2\n- --verbose\n") ==
          "args:\n- --password\n- ********\n- --verbose\n");
    CHECK(reply_without("\"Args\": [\n  \"--password\",\n  \"hunter2\",\n  \"-x\"\n]\n") ==
          "\"Args\": [\n  \"--password\",\n  \"********\",\n  \"-x\"\n]\n");
    CHECK(reply_without(
              "{\n  \"tokens\": [\n    \"hunter2\",\n    \"second\"\n  ],\n  \"user\": \"bob\"\n}\n") ==
          "{\n  \"tokens\": [\n********\n********\n********],\n  \"user\": \"bob\"\n}\n");
    CHECK(reply_without("<password>\n  hunter2\n</password>\n") == "<password>\n  ********\n</password>\n");
    const std::string no_secrets =
        "java.security.InvalidKey:\n\tat com.acme.Main.main(Main.java:7)\n"
        "usage: x <user>:<password> <host>\nMap<Key, Token> list\n";
    CHECK(reply_without(no_secrets) == no_secrets);
}

TEST_CASE("secrets: time grows with the size of the text") {
    // Each would take minutes if it were gone through again and again.
    for (const std::string piece : {"a=",
                                    "\"",
                                    "\\\"",
                                    "://",
                                    "a://b:c",
                                    "sk-",
                                    "eyJ",
                                    "-p ",
                                    "--token ",
                                    "'x=",
                                    "password=\"x -",
                                    "-----BEGIN ",
                                    "-----BEGIN PRIVATE KEY-----",
                                    "\" : ",
                                    "name: ",
                                    "https://h/webhook",
                                    "x@",
                                    "=x9",
                                    "Bearer ",
                                    "-H ",
                                    "\t",
                                    "%3D",
                                    "password=",
                                    "user=",
                                    "?user=",
                                    "header=a ",
                                    "header: a: /x ",
                                    "auth=true ",
                                    "<a \"",
                                    "<password>",
                                    "<a><![CDATA[",
                                    "<a key=\"password\">",
                                    "<name>password</name>",
                                    "\"password\":[",
                                    "\"password\":[\n",
                                    "password=[ -",
                                    "password:\n",
                                    "password=\"a\",\"",
                                    "\"--password\",\"",
                                    "jdbc:oracle:a/@",
                                    "a/b@//h",
                                    "a://b:1?=",
                                    "=-p",
                                    "-XX:OnError=",
                                    "(SID=",
                                    "<key=",
                                    "--password\n"}) {
        std::string text;
        while (text.size() < 60'000) text += piece;
        (void)without_secrets(text, "\0"s);
        (void)reply_without(text);
    }
}
