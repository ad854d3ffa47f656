using AdapterToolkit.Tests.Shared;

namespace AdapterToolkit.Generators.Tests.Rooms;

/// <summary>
/// The rooms of a project: the folders right under its own, each of which uses only itself and those before it. What lies beside them, in the project's
/// folder itself, puts them together: it uses all of them, and none of them uses it.
/// </summary>
/// <param name="Project">The project's folder, from that of the solution on.</param>
/// <param name="Rooms">The rooms in order.</param>
/// <param name="RootFiles">The files beside them.</param>
/// <param name="UsesEmittedCode">Whether the project compiles only with what the toolkit's generator emits for it.</param>
internal sealed record RoomPlan(string Project, IReadOnlyList<string> Rooms, IReadOnlyList<string> RootFiles, bool UsesEmittedCode)
{
    /// <summary>The name that stands for the project's folder itself among the rooms.</summary>
    public const string Root = "the root";

    /// <summary>The plans of all projects that have rooms.</summary>
    public static IReadOnlyList<RoomPlan> All { get; } =
    [
        new(
            "src/AdapterToolkit",
            [
                "Annotations", "Devices", "Tensors", "Kernels", "Quantization", "Weights", "Formats", "Operators", "CompilerServices", "Modules", "Adapters",
                "Models", "Loading", "Optimizers", "Training", "Generation",
            ],
            [],
            UsesEmittedCode: true)
        {
            OnlyUser = new Dictionary<string, string> { ["CompilerServices"] = "Modules" },
        },
        new(
            "generators/AdapterToolkit.Generators",
            ["Model", "Symbols", "Dependencies", "Discovery", "Lifting", "Differentiation", "Planning", "Emission"],
            ["AdapterToolkitGenerator.cs"],
            UsesEmittedCode: false)
        {
            SharedFiles = SharedSources.Files,
        },
        new("analyzers/AdapterToolkit.Analyzers", ["Flow", "Domains", "Rules"], [], UsesEmittedCode: false)
        {
            SharedFiles = [.. SharedSources.Files, .. SharedSources.StagesOfAnalyzers],
        },
        new("analyzers/AdapterToolkit.Analyzers/Domains", ["Tensors", "Merges", "Reach"], [], UsesEmittedCode: false)
        {
            SharedFiles = [.. SharedSources.Files, .. SharedSources.StagesOfAnalyzers, .. SharedSources.FilesUnder("analyzers/AdapterToolkit.Analyzers/Flow")],
            AreApart = true,
        },
    ];

    /// <summary>Rooms that only one other may use, and that one.</summary>
    public IReadOnlyDictionary<string, string> OnlyUser { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether no room uses any other.</summary>
    public bool AreApart { get; init; }

    /// <summary>Files of another project that this one compiles too; they lie in none of its rooms.</summary>
    public IReadOnlyList<string> SharedFiles { get; init; } = [];

    /// <summary>The project's folder.</summary>
    public string Folder => Path.Combine([SolutionFolder.Find(), .. Project.Split('/')]);

    /// <summary>Whether a room may use another.</summary>
    public bool Allows(string from, string to) =>
        from == to
            || (PositionOf(to) <= PositionOf(from) && (from == Root || !AreApart) && (!OnlyUser.TryGetValue(to, out string? user) || from == user));

    /// <summary>Where a room stands in the order; the root stands behind all.</summary>
    private int PositionOf(string room)
    {
        if (room == Root)
            return Rooms.Count;
        int position = Rooms.ToList().IndexOf(room);
        return position >= 0 ? position : throw new ArgumentException($"The folder {room} of {Project} is no room of its plan.", nameof(room));
    }
}
