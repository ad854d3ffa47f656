using AdapterToolkit.Tests.Shared.Mutations;
using Xunit;

namespace FineTune.Tests.Mutations;

/// <summary>The program's own file is damaged; see <see cref="MutationRun"/>.</summary>
public sealed class MutationTests
{
    [Fact]
    public void Damaged_states_of_runs_are_read_or_refused()
    {
        using RunStateReader reader = new();
        MutationRun.Of(reader);
    }
}
