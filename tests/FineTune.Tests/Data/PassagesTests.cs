using FineTune.Data;
using Xunit;

namespace FineTune.Tests.Data;

public sealed class PassagesTests
{
    [Theory]
    [InlineData("One.\n\nTwo.\n", "One.\n\n", "Two.\n")]
    [InlineData("One\nmore.\n \t\n\n\nTwo.", "One\nmore.\n \t\n\n\n", "Two.")]
    [InlineData("\n\nOne.\n\n\n", "\n\nOne.\n\n\n")]
    [InlineData("def f(x):\n    a = x + 1\n\n    b = a * 2\n\ndef g():\n", "def f(x):\n    a = x + 1\n\n    b = a * 2\n\n", "def g():\n")]
    [InlineData("- item\n\n\tindented\n\nNext", "- item\n\n\tindented\n\n", "Next")]
    [InlineData("```csharp\na\n\nb\n```\n\nAfter", "```csharp\na\n\nb\n```\n\n", "After")]
    [InlineData("````\n```\n\nb\n````\n\nAfter", "````\n```\n\nb\n````\n\n", "After")]
    [InlineData("~~~\n```\n\n~~~ x\n\nb\n~~~~\n\nAfter", "~~~\n```\n\n~~~ x\n\nb\n~~~~\n\n", "After")]
    [InlineData("  ```\n\na\n  ```\n\nAfter", "  ```\n\na\n  ```\n\n", "After")]
    [InlineData("```\nnever closed\n\nb", "```\nnever closed\n\nb")]
    [InlineData("`` is short\n\nb", "`` is short\n\n", "b")]
    [InlineData("a\n\f\nb\u2028\u2028c\u0085\u0085d", "a\n\f\nb\u2028\u2028c\u0085\u0085d")]
    [InlineData(" \n\t\n", " \n\t\n")]
    [InlineData("")]
    public void A_passage_begins_after_a_blank_line_outside_of_lists_and_code(string text, params string[] passages)
    {
        Assert.Equal(passages, Passages.Of(text));
        Assert.Equal(text, string.Concat(Passages.Of(text)));
    }
}
