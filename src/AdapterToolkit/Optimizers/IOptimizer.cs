using AdapterToolkit.Formats;
using AdapterToolkit.Weights;

namespace AdapterToolkit.Optimizers;

/// <summary>
/// What a training needs of an optimizer: steps that are made whole or not at all, and a state that a checkpoint saves and loads. <see cref="AdamW"/> is
/// one; others are written the same way.
/// </summary>
public interface IOptimizer
{
    /// <summary>The optimizer's name. A checkpoint goes on with an optimizer of the same name only.</summary>
    string Name { get; }

    /// <summary>The learning rate, before a schedule's factor.</summary>
    double LearningRate { get; }

    /// <summary>What the steps' numbers depend on, the learning rate among them. A checkpoint goes on with the same settings only.</summary>
    IReadOnlyList<TrainingSetting> Settings { get; }

    /// <summary>
    /// Updates parameters by their gradients, if parameters and state stay finite. Where they would not, both are bit for bit as they were before. Parameters
    /// without a gradient stay as they are.
    /// </summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="learningRate">The learning rate of this step.</param>
    /// <param name="gradientFactor">What the gradients are multiplied by first; see <see cref="GradientClipping"/>.</param>
    /// <param name="gradientNorm">The global norm of the gradients, which is finite.</param>
    /// <returns>The first number that would not be finite, with its tensor's name; null where the step was made.</returns>
    NotFiniteNumber? StepIfFinite(IEnumerable<Parameter> parameters, double learningRate, float gradientFactor, double gradientNorm);

    /// <summary>Saves the state that belongs to parameters.</summary>
    /// <param name="path">The file. A checkpoint calls it <c>optimizer.safetensors</c>.</param>
    /// <param name="parameters">The parameters; their names tell them apart.</param>
    /// <exception cref="InvalidOperationException">A number of the state is infinite or not a number.</exception>
    void Save(string path, IEnumerable<Parameter> parameters);

    /// <summary>Reads and checks a state, without using it yet.</summary>
    /// <param name="path">The file that <see cref="Save"/> wrote.</param>
    /// <param name="parameters">The parameters, as they were saved.</param>
    /// <returns>The state, to be used or disposed.</returns>
    /// <exception cref="CheckpointException">The file is malformed, or belongs to other parameters or another optimizer.</exception>
    IOptimizerState Read(string path, IEnumerable<Parameter> parameters);
}
