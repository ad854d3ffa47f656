using AdapterToolkit.Formats;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints;

/// <summary>Templates that would run for ever, take all memory or end the process: each ends soon, with a documented error or a text.</summary>
public class HostileTemplateTests
{
    public static TheoryData<string> Templates =>
    [
        "{% for i in range(100000) %}{% for j in range(100000) %}{{ i }}{% endfor %}{% endfor %}",
        "{% set ns = namespace(s='aaaaaaaa') %}{% for i in range(1000) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}{{ ns.s }}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(1000) %}{% set ns.l = ns.l + ns.l %}{% endfor %}",
        "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro m(n) %}{% call m(n) %}{{ caller() }}{% endcall %}{% endmacro %}{{ m(1) }}",
        "{{ 'a' * 1000000000 }}",
        "{{ [1] * 1000000000 }}",
        "{{ ('a' * 10000).replace('', 'b' * 10000000) }}",
        "{{ 10 ** 10 ** 10 ** 10 }}",
        "{% set ns = namespace(x=3) %}{% for i in range(100) %}{% set ns.x = ns.x * ns.x %}{% endfor %}{{ ns.x }}",
        "{% set ns = namespace(x=[]) %}{% for i in range(100000) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}",
        "{% set ns = namespace(x=[]) %}{% for i in range(100000) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x | tojson }}",
        "{% set ns = namespace(t=(1,), u=(1,)) %}{% for i in range(60) %}{% set ns.t = (ns.t, ns.t) %}{% set ns.u = "
        + "(ns.u, ns.u) %}{% endfor %}{{ ns.t == ns.u }}",
        "{% set ns = namespace(t=(1,)) %}{% for i in range(60) %}{% set ns.t = (ns.t, ns.t) %}{% endfor %}{{ {ns.t: 1} }}",
        "{% set ns = namespace(x=range(100000)) %}{% for i in range(20000) %}{% set ns.x = ns.x | map('string') %}{% endfor %}{{ ns.x | list | length }}",
        "{% set a = 'a' * 4000000 %}{% set p = a ~ 'b' ~ a %}{{ p in (a ~ a ~ a ~ a) }}",
        "{% set s = 'ab' * 4000000 %}{% for i in range(100000) %}{{ s | length }}{{ s.count('a') }}{{ s.find('c') }}{{ "
        + "s[5] }}{{ s.strip() == s ~ '' }}{% endfor %}",
        "{% for i in range(100000) %}{{ ('9' * 4300) | int * 3 }}{% endfor %}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '%.1000000000f' % 1.5 }}",
        "{{ '{:1000000000}'.format(1) }}",
        "{{ 'x' | indent(1000000000) }}",
        "{{ [1] | batch(1000000000, 0) | list }}",
        "{{ [1] | slice(1000000000) | list }}",
        "{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{{ range(0, 10 ** 30) }}",
        "{{ 'ab'[::10 ** 30] }}{{ 'ab'[10 ** 30:] }}",
        "{{ " + Repeat("(", 5000) + "1" + Repeat(")", 5000) + " }}",
        "{{ " + Repeat("[", 5000) + Repeat("]", 5000) + " }}",
        "{{ " + Repeat("not ", 5000) + "1 }}",
        "{{ " + Repeat("-", 5000) + "1 }}",
        "{{ 1" + Repeat(" + 1", 100_000) + " }}",
        "{{ 1" + Repeat(" | abs", 100_000) + " }}",
        "{{ a" + Repeat(".b", 100_000) + " }}",
        "{{ 1 " + Repeat("if 1 else 1 ", 5000) + "}}",
        Repeat("{% if 1 %}", 5000) + Repeat("{% endif %}", 5000),
        "{{ " + Repeat("9", 100_000) + " }}",
        "{{ 'ab'.center(-2147483648) }}{{ 'ab'.ljust(-(10 ** 30)) }}{{ 'ab'.rjust(-2147483648) }}{{ 'ab'.zfill(-2147483648) }}{{ 'ab' | center(-2147483648) }}",
        "{{ '%*d' % (-2147483648, 1) }}",
        "{{ 5 | round(-2147483648) }}{{ 5.5 | round(-2147483648) }}{{ 5.5 | round(-2147483648, 'floor') }}",
        Repeat("{{ '", 10_000),
        Repeat("{# ", 10_000),
    ];

    [Theory]
    [MemberData(nameof(Templates))]
    public void Ends_soon_with_an_error_that_is_documented_or_a_text(string template)
    {
        long before = GC.GetTotalAllocatedBytes();
        Exception? error = null;
        var thread = new Thread(() => error = Record.Exception(() => ChatTemplate.Parse(template, "template").Render([])),
            maxStackSize: 1 << 20)
        { IsBackground = true };
        thread.Start();
        Assert.True(thread.Join(TimeSpan.FromMinutes(1)), "the template still runs");
        Assert.True(error is null or CheckpointException or ChatTemplateException, error?.ToString());
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 4L << 30);
    }

    [Theory]
    [InlineData("{{ ''.__class__ }}")]
    [InlineData("{{ messages.__class__.__mro__ }}")]
    [InlineData("{{ messages.append(1) }}")]
    [InlineData("{{ {}.update(a=1) }}")]
    [InlineData("{{ messages | attr('__class__') }}")]
    [InlineData("{{ '{0.__class__}'.format(1) }}")]
    public void Nothing_but_what_it_is_given_can_be_reached(string template)
        => Assert.Contains("is not allowed", Assert.Throws<CheckpointException>(() => ChatTemplate.Parse(template, "template").Render([])).Message);

    [Theory]
    [InlineData("a\n  {{ b | nonsense }}", 2, 10)]
    [InlineData("{% if 1 %}\n\n", 2, 1)]
    [InlineData("{% import 'x' as y %}", 1, 4)]
    [InlineData("x\n{{ 'a' b }}", 2, 8)]
    [InlineData("é😀{{ ) }}", 1, 7)]
    [InlineData("{{ 'a'.encode() }}", 1, 7)]
    public void What_is_not_known_is_an_error_with_line_and_column(string template, int line, int column)
        => Assert.StartsWith($"some.jinja: line {line}, column {column}: ",
            Assert.Throws<CheckpointException>(() => ChatTemplate.Parse(template, "some.jinja").Render([])).Message);

    [Theory]
    [InlineData("'ab'.center(-2147483648)", "ab")]
    [InlineData("'ab'.ljust(-2147483648)", "ab")]
    [InlineData("'ab'.rjust(-(10 ** 30))", "ab")]
    [InlineData("'ab'.zfill(-2147483648)", "ab")]
    [InlineData("'ab' | center(-2147483648)", "ab")]
    [InlineData("5 | round(-2147483648)", "0")]
    [InlineData("5.5 | round(-2147483648)", "0.0")]
    public void The_smallest_of_numbers_is_a_number(string expression, string expected) =>
        Assert.Equal(expected, ChatTemplate.Parse($"{{{{ {expression} }}}}", "template").Render([]));

    [Fact]
    public void A_width_that_is_the_smallest_of_numbers_asks_for_too_long_a_text() =>
        Assert.Contains("a text of more than",
            Assert.Throws<CheckpointException>(() => ChatTemplate.Parse("{{ '%*d' % (-2147483648, 1) }}", "template").Render([])).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData(@"a{{ 'b\ud800' }}", 1, 7)]
    [InlineData(@"{{ '\ud83d\ude00' }}", 1, 5)]
    [InlineData("a\n {{ '\\U0000DFFF' }}", 2, 6)]
    public void An_escape_of_half_a_surrogate_pair_is_an_error_with_line_and_column(string template, int line, int column) =>
        AssertHalfPair(template, line, column);

    [Fact]
    public void Half_a_surrogate_pair_is_an_error_with_line_and_column()
    {
        AssertHalfPair("a\n{{ 'b\ud83d' }}", 2, 6);
        AssertHalfPair("\ude00\ud83d", 1, 1);
        AssertHalfPair("\U0001F600 {# \udc00 #}", 1, 7);
    }

    private static void AssertHalfPair(string template, int line, int column)
    {
        string message = Assert.Throws<CheckpointException>(() => ChatTemplate.Parse(template, "some.jinja")).Message;
        Assert.StartsWith($"some.jinja: line {line}, column {column}: ", message, StringComparison.Ordinal);
        Assert.Contains("half of a surrogate pair", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whole_pairs_are_characters() =>
        Assert.Equal("\U0001F600|\U0001F600|3", ChatTemplate.Parse("\U0001F600|{{ '\\U0001f600' }}|{{ 'a\U0001F600b' | length }}", "template").Render([]));

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
