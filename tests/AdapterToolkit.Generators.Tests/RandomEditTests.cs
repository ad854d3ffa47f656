using System.Collections.Immutable;
using Xunit;

namespace AdapterToolkit.Generators.Tests;

/// <summary>
/// After any edits the output is that of a fresh run, though classes that no edit concerns are not read again. Each file of a small project
/// with five models has several versions; an edit puts another version in place of one.
/// </summary>
public sealed class RandomEditTests
{
    private const int Edits = 60;

    public static TheoryData<int> Files => [.. Enumerable.Range(0, EditedSources.Files.Count)];

    [Theory]
    [MemberData(nameof(Files))]
    public void After_any_edit_of_one_file_the_output_is_that_of_a_fresh_run(int file)
    {
        EditedProject project = new();
        Assert.Contains("Users.Models.Inner.Outer.Third.g.cs", project.Emitted.Keys);
        Assert.Contains("Users.Models.Gate`1.g.cs", project.Emitted.Keys);
        int versions = EditedSources.Files[file].Count;
        for (int from = 0; from < versions; from++)
        {
            for (int to = from + 1; to < versions; to++)
            {
                project.Edit(file, from);
                project.Edit(file, to);
            }
        }

        project.Edit(file, 0);
    }

    [Fact]
    public void After_a_referenced_assembly_changes_the_output_is_that_of_a_fresh_run()
    {
        EditedProject project = new();
        foreach (int version in (int[])[1, 2, 0])
        {
            ImmutableSortedDictionary<string, string> before = project.Emitted;
            project.Refer(version);
            Assert.NotEqual(before, project.Emitted);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void After_random_edits_the_output_is_that_of_a_fresh_run(int seed)
    {
        Random random = new(seed);
        EditedProject project = new();
        int changes = 0;
        for (int edit = 0; edit < Edits; edit++)
        {
            // Half of the edits lead back to the project that compiles, so that there is something to break.
            int file = random.Next(EditedSources.Files.Count);
            int version = project.VersionOf(file) != 0 && random.Next(2) == 0 ? 0 : random.Next(EditedSources.Files[file].Count);
            ImmutableSortedDictionary<string, string> before = project.Emitted;
            project.Edit(file, version);
            changes += project.Emitted.SequenceEqual(before) ? 0 : 1;
        }

        Assert.True(changes > Edits / 10, $"Only {changes} edits changed what is emitted.");
    }
}
