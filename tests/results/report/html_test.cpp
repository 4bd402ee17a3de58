#include "results/report/html.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace vbench::report {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(EscapedHtml, HoldsNothingThatEndsATextOrAnAttribute) {
  EXPECT_EQ(escape_html("<b a='1' c=\"2\">&amp;</b>"), "&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;amp;&lt;/b&gt;");
  EXPECT_EQ(escape_html("caf\xc3\xa9 \xe2\x82\xac"), "caf\xc3\xa9 \xe2\x82\xac");
}

TEST(EscapedHtml, IsTextWhateverTheBytes) {
  EXPECT_EQ(escape_html(std::string("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(escape_html("\xff\n"), "\\xff\\x0a");
}

TEST(ScriptJson, CannotEndItsScript) {
  const nlohmann::json value{{"</script>", "<!--<script>&\xe2\x80\xa8\"\\"}};
  const auto text = script_json(value);
  EXPECT_EQ(text.find_first_of("<>&"), std::string::npos) << text;
  EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; })) << text;
  EXPECT_EQ(nlohmann::json::parse(text), value) << "and means the same";
}

TEST(Base64, FollowsItsStandard) {
  const std::pair<const char*, const char*> vectors[] = {
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) EXPECT_EQ(base64(bytes), text);
  EXPECT_EQ(base64("\xff\xfe\xfd\x80"), "//79gA==");
}

}  // namespace
}  // namespace vbench::report
