using System.Xml.Linq;
using FineTune.Data;
using Xunit;

namespace FineTune.Tests.Data;

public sealed class DocumentationTextTests
{
    [Fact]
    public void Every_describing_element_gives_its_inner_text()
    {
        string[] texts = Texts(
            """
            <member name="M:N.C.M">
              <summary>Does it.</summary>
              <param name="x">The input.</param>
              <returns>The output.</returns>
              <exception cref="T:System.ArgumentException">It is wrong.</exception>
              <remarks>Beware.</remarks>
              <typeparam name="T">Not taken.</typeparam>
            </member>
            """);

        Assert.Equal(["Does it.", "The input.", "The output.", "It is wrong.", "Beware."], texts);
    }

    [Theory]
    [InlineData("""<see cref="T:System.Xml.XmlReader" />""", "XmlReader")]
    [InlineData("""<see cref="M:System.Xml.XmlReader.Create(System.String,System.Xml.XmlReaderSettings)" />""", "Create")]
    [InlineData("""<see cref="T:System.Collections.Generic.IEnumerable`1" />""", "IEnumerable`1")]
    [InlineData("""<see langword="null" />""", "null")]
    [InlineData("""<paramref name="index" />""", "index")]
    [InlineData("""<see langword="null">reference</see>""", "nullreference")]
    [InlineData("<c>a &lt; b &amp; c</c>", "a < b & c")]
    public void A_reference_leaves_its_last_name_and_other_tags_are_dropped(string inner, string expected) =>
        Assert.Equal([$"See {expected} there."], Texts($"<summary>See {inner} there.</summary>"));

    [Fact]
    public void White_space_is_collapsed() =>
        Assert.Equal(["One two three."], Texts("<summary>\n   One\ttwo\n  <para>three.</para>  </summary>"));

    [Fact]
    public void Files_give_each_distinct_text_of_20_to_1500_characters_once()
    {
        string folder = Directory.CreateTempSubdirectory("fine-tune-").FullName;
        try
        {
            string file = Path.Combine(folder, "a.xml");
            string shortest = new('a', 20), longest = new('b', 1500);
            string[] summaries = [shortest, longest, shortest, new('c', 19), new('d', 1501)];
            File.WriteAllText(file, $"<doc>{string.Concat(summaries.Select(summary => $"<summary>{summary}</summary>"))}</doc>");

            Assert.Equal([shortest, longest], DocumentationText.FromFiles([file, file]));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_build_puts_the_reference_documentation_beside_the_program()
    {
        Corpus corpus = ReferenceDocumentation.Read();

        Assert.InRange(corpus.Texts.Count, 3000, 20000);
        Assert.Equal(corpus.Texts.Count, corpus.Texts.Select(text => text.Text).Distinct().Count());
        Assert.All(corpus.Texts, text => Assert.InRange(text.Text.Length, 20, 1500));
        Assert.Contains(corpus.Texts, text => text.Text.Contains("XmlReader", StringComparison.Ordinal));
    }

    private static string[] Texts(string members) =>
        [.. DocumentationText.FromDocument(XDocument.Parse($"<doc>{members}</doc>", LoadOptions.PreserveWhitespace))];
}
