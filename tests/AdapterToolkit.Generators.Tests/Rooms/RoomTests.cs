using Microsoft.CodeAnalysis;
using Xunit;

namespace AdapterToolkit.Generators.Tests.Rooms;

/// <summary>A project's rooms use one another in one order, and none of its code lies beside them that does not have to.</summary>
public sealed class RoomTests
{
    /// <summary>A partial method without a body: other generators than ours write those of logging and of regular expressions.</summary>
    private const string LacksBody = "CS8795";

    private static readonly Dictionary<string, Compilation> s_compilations = [];

    public static TheoryData<string> Projects => [.. RoomPlan.All.Select(plan => plan.Project)];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Projects))]
    public void The_code_is_understood(string project) =>
        Assert.Empty(CompilationOf(PlanOf(project)).GetDiagnostics(Token)
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error && diagnostic.Id != LacksBody));

    [Theory]
    [MemberData(nameof(Projects))]
    public void Every_file_lies_in_a_room_or_is_known_to_lie_beside_them(string project)
    {
        RoomPlan plan = PlanOf(project);
        ILookup<string, string> files = RoomSources.FilesOf(plan)
            .Select(file => Path.GetRelativePath(plan.Folder, file).Split(Path.DirectorySeparatorChar))
            .ToLookup(parts => parts.Length == 1 ? RoomPlan.Root : parts[0], parts => parts[^1]);
        Assert.Equal(plan.RootFiles, files[RoomPlan.Root]);
        Assert.Equal(plan.Rooms.Order(), files.Select(room => room.Key).Except([RoomPlan.Root]).Order());
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void No_room_uses_a_later_one(string project)
    {
        RoomPlan plan = PlanOf(project);
        RoomUse[] uses = [.. new RoomReader(CompilationOf(plan), plan.Folder).Uses()];
        Assert.Equal(plan.AreApart, uses.Length == 0);
        AssertNone(uses.Where(use => !plan.Allows(use.From, use.To)).Select(use => use.ToString()));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void No_type_is_spread_over_rooms(string project)
    {
        RoomPlan plan = PlanOf(project);
        AssertNone(new RoomReader(CompilationOf(plan), plan.Folder).SpreadTypes());
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_use_that_is_planted_in_a_room_is_found(string project)
    {
        RoomPlan plan = PlanOf(project);
        (string first, string last) = (plan.Rooms[0], plan.Rooms[^1]);
        Compilation compilation = CompilationOf(plan).AddSyntaxTrees(
            RoomSources.Parse("namespace Planted; internal sealed class Later;", Path.Combine(plan.Folder, last, "Later.cs")),
            RoomSources.Parse("namespace Planted; internal sealed class Earlier\n{ private Later? _later; }", Path.Combine(plan.Folder, first, "Earlier.cs")));
        IEnumerable<RoomUse> offending = new RoomReader(compilation, plan.Folder).Uses().Where(use => !plan.Allows(use.From, use.To));
        Assert.Contains(new RoomUse(first, last, "Later", $"{first}{Path.DirectorySeparatorChar}Earlier.cs:2"), offending);
    }

    private static RoomPlan PlanOf(string project) => RoomPlan.All.Single(plan => plan.Project == project);

    private static Compilation CompilationOf(RoomPlan plan)
    {
        if (!s_compilations.TryGetValue(plan.Project, out Compilation? compilation))
            s_compilations.Add(plan.Project, compilation = RoomSources.Compile(plan, Token));
        return compilation;
    }

    private static void AssertNone(IEnumerable<string> offending)
    {
        string[] places = [.. offending.Order(StringComparer.Ordinal)];
        Assert.True(places.Length == 0, $"{places.Length} places break the order of the rooms:\n{string.Join('\n', places)}");
    }
}
