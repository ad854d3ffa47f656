using System.Text.RegularExpressions;

namespace AdapterToolkit.Tests.Accelerators;

/// <summary>
/// Finds the innermost loops of a kernel in CUDA's assembly language. Its blocks stand in any order, so loops are found from
/// the branches: one that leads back to a block on the way to it closes a loop, to which belongs what leads to the branch.
/// </summary>
internal sealed partial class PtxLoops
{
    private readonly List<List<string>> _blocks = [];
    private readonly Dictionary<string, int> _labels = [];
    private readonly List<List<int>> _predecessors = [];
    private readonly Dictionary<int, HashSet<int>> _loops = [];

    private PtxLoops(string text)
    {
        ReadBlocks(text[(text.IndexOf('{', text.IndexOf(".entry", StringComparison.Ordinal)) + 1)..]);
        _predecessors.AddRange(_blocks.Select(_ => new List<int>()));
        for (int block = 0; block < _blocks.Count; block++)
        {
            foreach (int successor in Successors(block))
                _predecessors[successor].Add(block);
        }

        Visit(0, [], []);
    }

    /// <summary>The instructions of each innermost loop.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Innermost(string text)
    {
        PtxLoops found = new(text);
        return [.. found._loops
            .Where(loop => !found._loops.Keys.Any(head => head != loop.Key && loop.Value.Contains(head)))
            .Select(loop => (IReadOnlyList<string>)[.. loop.Value.Order().SelectMany(block => found._blocks[block])])];
    }

    /// <summary>Whether an instruction goes on elsewhere under a condition.</summary>
    public static bool IsConditionalBranch(string instruction) => ConditionalBranch().IsMatch(instruction);

    /// <summary>Divides instructions into blocks: a label begins one, and a branch ends one.</summary>
    private void ReadBlocks(string body)
    {
        List<string> block = [];
        _blocks.Add(block);
        foreach (string line in body.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (Label().Match(line) is { Success: true } label)
            {
                _labels.Add(label.Groups[1].Value, _blocks.Count);
                _blocks.Add(block = []);
                continue;
            }

            block.Add(line);
            if (Branch().IsMatch(line))
                _blocks.Add(block = []);
        }
    }

    private IEnumerable<int> Successors(int block)
    {
        string last = _blocks[block].Count == 0 ? string.Empty : _blocks[block][^1];
        Match branch = Branch().Match(last);
        if (branch.Success)
            yield return _labels[branch.Groups[1].Value];
        bool goesOn = !branch.Success || IsConditionalBranch(last);
        if (goesOn && !last.StartsWith("ret", StringComparison.Ordinal) && block + 1 < _blocks.Count)
            yield return block + 1;
    }

    private void Visit(int block, HashSet<int> visited, HashSet<int> path)
    {
        visited.Add(block);
        path.Add(block);
        foreach (int successor in Successors(block))
        {
            if (path.Contains(successor))
                AddLoop(successor, block);
            else if (!visited.Contains(successor))
                Visit(successor, visited, path);
        }

        path.Remove(block);
    }

    private void AddLoop(int head, int end)
    {
        if (!_loops.TryGetValue(head, out HashSet<int>? loop))
            _loops.Add(head, loop = [head]);
        Stack<int> left = new([end]);
        while (left.TryPop(out int block))
        {
            if (!loop.Add(block))
                continue;
            foreach (int predecessor in _predecessors[block])
                left.Push(predecessor);
        }
    }

    [GeneratedRegex(@"^(L_\w+):")]
    private static partial Regex Label();

    [GeneratedRegex(@"\bbra(?:\.uni)?\s+(L_\w+);")]
    private static partial Regex Branch();

    [GeneratedRegex(@"^@!?%p\d+\s+bra\b")]
    private static partial Regex ConditionalBranch();
}
