using AdapterToolkit.Formats;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints;

public sealed class FiniteTensorsTests
{
    [Fact]
    public void The_errors_name_file_tensor_and_number()
    {
        CheckpointException read = Assert.Throws<CheckpointException>(() => FiniteTensors.RequireRead([1, float.NaN], "a.safetensors", "model.norm.weight"));
        InvalidOperationException saved = Assert.Throws<InvalidOperationException>(
            () => FiniteTensors.RequireToSave([float.PositiveInfinity], "model.norm.weight", "b.safetensors"));

        Assert.Equal(("a.safetensors", "model.norm.weight"), (read.FilePath, read.TensorName));
        Assert.Contains("its number 1 is NaN", read.Message, StringComparison.Ordinal);
        Assert.Contains("Tensor 'model.norm.weight' is not saved in 'b.safetensors': its number 0 is Infinity", saved.Message, StringComparison.Ordinal);
    }
}
