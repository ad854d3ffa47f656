using AdapterToolkit.Tensors;

namespace AdapterToolkit.Formats;

/// <summary>Refuses tensors that have a number that is infinite or not a number, by the tensor's name and the number's place.</summary>
internal static class FiniteTensors
{
    /// <summary>Refuses numbers that were read from a file.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="file">The file.</param>
    /// <param name="tensor">The tensor's name in it.</param>
    /// <exception cref="CheckpointException">A number is infinite or not a number.</exception>
    internal static void RequireRead(ReadOnlySpan<float> values, string file, string tensor)
    {
        if (FiniteNumbers.Problem(values) is { } problem)
            throw new CheckpointException(file, $"{problem}. Is the file damaged, or was its training diverging?", tensor);
    }

    /// <summary>Refuses numbers that are to be saved.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="tensor">The tensor's name.</param>
    /// <param name="file">The file that was to have them; null where it is not known yet.</param>
    /// <exception cref="InvalidOperationException">A number is infinite or not a number.</exception>
    internal static void RequireToSave(ReadOnlySpan<float> values, string tensor, string? file = null)
    {
        if (FiniteNumbers.Problem(values) is not { } problem)
            return;
        string place = file is null ? "" : $" in '{file}'";
        throw new InvalidOperationException(
            $"Tensor '{tensor}' is not saved{place}: {problem}. Has the training diverged? Go back to an earlier state, with a lower learning rate.");
    }
}
