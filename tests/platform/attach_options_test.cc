// A JVM that takes SIGQUIT for a request to dump its threads, and says so where only the launcher or the JVM
// looks.
#include "platform/jvm/attach_options.h"

#include "catch.h"

using namespace nmtx;

namespace {

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += word + std::string(1, '\0');
    return text;
}

// "on" has the option, "off" its opposite, "flags" as a file of -XX:Flags has it; there is no other.
Expected<std::string> file(const std::string& path) {
    if (path == "/etc/on") return "-Xmx1g\n\"-XX:+DisableAttachMechanism\"\n";
    if (path == "off") return "-XX:-DisableAttachMechanism";
    if (path == "flags") return "+DisableAttachMechanism";
    if (path == "quiet") return "-Xmx1g";
    return failure(path, "no such file or directory");
}

std::string refusal(const std::vector<std::string>& command,
                    const std::vector<std::string>& environment = {}) {
    const auto enabled = check_attach_enabled(joined(environment), joined(command), file);
    return enabled ? "none" : enabled.error().what;
}

std::string disabled_by(const std::string& where) {
    return "was started with -XX:+DisableAttachMechanism (set in " + where + ")";
}

}  // namespace

TEST_CASE("attach options: what disables attaching is found wherever it stands") {
    CHECK(refusal({"java", "-XX:+DisableAttachMechanism", "Main"}) == disabled_by("its command line"));
    CHECK(refusal({"java", "Main"}, {"A=b", "JAVA_TOOL_OPTIONS=-Xmx1g -XX:+DisableAttachMechanism"}) ==
          disabled_by("JAVA_TOOL_OPTIONS"));
    CHECK(refusal({"java", "Main"}, {"JDK_JAVA_OPTIONS=@/etc/on"}) == disabled_by("/etc/on"));
    CHECK(refusal({"java", "-cp", "a", "@/etc/on", "Main"}) == disabled_by("/etc/on"));
    CHECK(refusal({"java", "-XX:Flags=flags", "Main"}) == disabled_by("flags"));
    CHECK(refusal({"java", "-XX:VMOptionsFile=/etc/on", "Main"}) == disabled_by("/etc/on"));
    CHECK(refusal({"java", "-XX:-DisableAttachMechanism", "Main"},
                  {"_JAVA_OPTIONS=-XX:+DisableAttachMechanism"}) == disabled_by("_JAVA_OPTIONS"));
}

TEST_CASE("attach options: the last one counts, and the application's own words do not") {
    CHECK(refusal({"java", "Main"}) == "none");
    CHECK(refusal({"java", "-XX:+DisableAttachMechanism", "@off", "Main"}) == "none");
    CHECK(refusal({"java", "-XX:-DisableAttachMechanism", "Main"},
                  {"JAVA_TOOL_OPTIONS=-XX:+DisableAttachMechanism"}) == "none");
    CHECK(refusal({"java", "Main", "@/etc/on", "-XX:+DisableAttachMechanism"}) == "none");
    CHECK(refusal({"java", "-jar", "a.jar", "@nowhere"}) == "none");
    CHECK(refusal({"java", "@quiet", "Main"}, {"XJAVA_TOOL_OPTIONS=-XX:+DisableAttachMechanism"}) == "none");
}

TEST_CASE("attach options: a file that cannot be read leaves it unknown") {
    CHECK(refusal({"java", "@nowhere", "Main"}) ==
          "takes options from nowhere, which cannot be read, so it is not known whether it can be asked");
    CHECK(refusal({"java", "@nowhere", "-XX:+DisableAttachMechanism", "Main"}) ==
          disabled_by("its command line"));
}
