using FineTune.Display;
using Xunit;

namespace FineTune.Tests;

public sealed class VisibleTextTests
{
    [Theory]
    [InlineData("plain \u00e9 \ud83d\ude00 text\n\twith lines", "plain \u00e9 \ud83d\ude00 text\n\twith lines")]
    [InlineData("\u001b[31mRED\u0007\0", "\u241b[31mRED\u2407\u2400")]
    [InlineData("\u007f\u009b\r", "\u2421\ufffd\u240d")]
    public void What_would_control_a_terminal_is_shown(string text, string shown) => Assert.Equal(shown, VisibleText.Of(text));
}
