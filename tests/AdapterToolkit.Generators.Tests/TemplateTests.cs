using AdapterToolkit.Generators.Emission;
using Xunit;

namespace AdapterToolkit.Generators.Tests;

/// <summary>Templates indent what fills their holes, and leave out lines that have nothing else.</summary>
public sealed class TemplateTests
{
    private const string Two = "a;\n\nb;", None = "";

    [Fact]
    public void Lines_in_a_hole_are_indented_as_the_hole_is() =>
        Assert.Equal("{\n    a;\n\n    b;\n}", Template.Text($$"""
            {
                {{Two}}
            }
            """));

    [Fact]
    public void Lines_in_a_hole_behind_other_text_are_indented_as_that_line_is() =>
        Assert.Equal("  x = a;\n\n  b;;", Template.Text($"  x = {Two};"));

    [Fact]
    public void A_line_with_an_empty_hole_alone_is_left_out_with_one_of_the_empty_lines_around_it() =>
        Assert.Equal("a;\nb;\n\nc;\nd = ;", Template.Text($"a;\n{None}\nb;\n\n{None}\n\nc;\nd = {None};"));

    [Fact]
    public void Numbers_and_lists_of_lines_fill_holes() =>
        Assert.Equal("  8\n  x\n  y", Template.Text($"  {8}\n  {new List<string> { "x", "y" }}"));
}
