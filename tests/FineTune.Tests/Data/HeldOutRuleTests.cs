using FineTune.Data;
using Xunit;

namespace FineTune.Tests.Data;

public sealed class HeldOutRuleTests
{
    /// <summary>Checked with Python: int.from_bytes(hashlib.sha256(text.encode()).digest(), "big") % 10.</summary>
    [Theory]
    [InlineData("text 28", true)]
    [InlineData("text 29", true)]
    [InlineData("text 35", true)]
    [InlineData("The XmlReader reads.", false)]
    [InlineData("", false)]
    [InlineData("Größe: 日本語", false)]
    [InlineData("text 0", false)]
    public void A_text_is_held_out_when_its_hash_is_divisible_by_ten(string text, bool heldOut) =>
        Assert.Equal(heldOut, HeldOutRule.HoldsOut(text));

    [Fact]
    public void About_a_tenth_is_held_out_and_nothing_is_lost()
    {
        string[] texts = [.. Enumerable.Range(0, 2000).Select(i => $"Text number {i}.")];

        (IReadOnlyList<string> training, IReadOnlyList<string> heldOut) = HeldOutRule.Divide(texts, text => text);

        Assert.InRange(heldOut.Count, 150, 250);
        Assert.Equal(texts.Order(StringComparer.Ordinal), training.Concat(heldOut).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Where_the_rule_holds_out_nothing_the_last_text_is_held_out()
    {
        string[] texts = [.. Enumerable.Range(0, 100).Select(i => $"{i}").Where(text => !HeldOutRule.HoldsOut(text)).Take(3)];

        (IReadOnlyList<string> training, IReadOnlyList<string> heldOut) = HeldOutRule.Divide(texts, text => text);

        Assert.Equal(texts[..2], training);
        Assert.Equal(texts[2..], heldOut);
    }

    [Fact]
    public void Where_the_rule_holds_out_all_the_last_text_alone_is_held_out()
    {
        string[] texts = [.. Enumerable.Range(0, 100).Select(i => $"{i}").Where(HeldOutRule.HoldsOut).Take(3)];

        (IReadOnlyList<string> training, IReadOnlyList<string> heldOut) = HeldOutRule.Divide(texts, text => text);

        Assert.Equal(texts[..2], training);
        Assert.Equal(texts[2..], heldOut);
    }

    [Fact]
    public void A_single_text_trains() => Assert.Equal((1, 0), Counts(["one"]));

    [Fact]
    public void Nothing_gives_nothing() => Assert.Equal((0, 0), Counts([]));

    private static (int Training, int HeldOut) Counts(string[] texts)
    {
        (IReadOnlyList<string> training, IReadOnlyList<string> heldOut) = HeldOutRule.Divide(texts, text => text);
        return (training.Count, heldOut.Count);
    }
}
