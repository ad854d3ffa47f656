using Microsoft.CodeAnalysis.CSharp;

namespace AdapterToolkit.Generators.Tests;

/// <summary>How much source text is emitted.</summary>
/// <param name="Files">Files.</param>
/// <param name="Lines">Lines in them.</param>
/// <param name="Tokens">The compiler's tokens, without those of comments.</param>
/// <param name="Bytes">Bytes of UTF-8.</param>
internal sealed record EmittedSize(int Files, int Lines, int Tokens, int Bytes)
{
    /// <summary>The size of some texts.</summary>
    public static EmittedSize Of(IEnumerable<string> texts) => texts
        .Select(text => new EmittedSize(
            1,
            text.Count(letter => letter == '\n'),
            CSharpSyntaxTree.ParseText(text).GetRoot().DescendantTokens().Count(),
            System.Text.Encoding.UTF8.GetByteCount(text)))
        .Aggregate(new EmittedSize(0, 0, 0, 0), (all, one) => all + one);

    /// <summary>Both sizes together.</summary>
    public static EmittedSize operator +(EmittedSize left, EmittedSize right) =>
        new(left.Files + right.Files, left.Lines + right.Lines, left.Tokens + right.Tokens, left.Bytes + right.Bytes);

    /// <summary>What the left has more than the right.</summary>
    public static EmittedSize operator -(EmittedSize left, EmittedSize right) =>
        new(left.Files - right.Files, left.Lines - right.Lines, left.Tokens - right.Tokens, left.Bytes - right.Bytes);

    /// <summary>Whether lines, tokens and bytes are each at most a share of another size's.</summary>
    public bool IsAtMost(double share, EmittedSize other) => Lines <= share * other.Lines && Tokens <= share * other.Tokens && Bytes <= share * other.Bytes;
}
